/** How far a pruned model's word distribution lies from the dense one's, per row of logits. */
import { invariant } from "../../../core/errors.ts";
import { defineKernel } from "../define-kernel.ts";
import { layoutOf } from "../layout.ts";
import { asks, size } from "../parameters.ts";

/** What is written for every row, in this order. */
export const DIVERGENCE_ROW = layoutOf(
  /** KL(reference‖pruned) in nats, never below 0, exactly 0 for equal rows. */
  "kl",
  /** Negative log-likelihood of the target under the reference, NO_TARGET where the target is no token id. */
  "referenceNll",
  /** The same under the pruned model. */
  "prunedNll",
  /** The pruned model's most likely id, the lowest on ties. */
  "argmax",
);

/** Written where a target is no token id (padding): no negative log-likelihood is negative. */
export const NO_TARGET = -1;

/** The argmax is written as a float32, which holds every integer up to 2^24. */
const MOST_WORDS = 2 ** 24;

/** The vocabulary from which more invocations per row are worth their barriers. */
const WIDE_VOCABULARY = 4096;

const request = asks({ rows: size, vocabulary: size }, ({ vocabulary }) => {
  invariant(
    vocabulary <= MOST_WORDS,
    `tokenDivergence: a vocabulary of ${vocabulary} is more than the 16,777,216 supported.`,
  );
  return {};
});

export const kernel = defineKernel("tokenDivergence", request, {
  timing: "at once",
  buffers: {
    /** Logits of the reference (dense) model, which must be finite. */
    reference: { type: "float32", shape: ["rows", "vocabulary"] },
    /** Logits of the pruned model. May be the same buffer as `reference`. */
    pruned: { type: "float32", shape: ["rows", "vocabulary"] },
    /** Id of the token that each row predicts. */
    targets: { type: "int32", shape: ["rows"] },
    /** See DIVERGENCE_ROW. */
    result: { type: "float32", shape: ["rows", DIVERGENCE_ROW.length], written: true },
  },
  constants: {
    ROW: DIVERGENCE_ROW.length,
    KL: DIVERGENCE_ROW.kl,
    REFERENCE_NLL: DIVERGENCE_ROW.referenceNll,
    PRUNED_NLL: DIVERGENCE_ROW.prunedNll,
    ARGMAX: DIVERGENCE_ROW.argmax,
    NO_TARGET,
  },
  pipelines: {
    narrow: { entryPoint: "diverge", constants: { SIZE: 64 } },
    wide: { entryPoint: "diverge", constants: { SIZE: 256 } },
  },
  passes: ({ rows, vocabulary }) => [{ pipeline: vocabulary < WIDE_VOCABULARY ? "narrow" : "wide", workgroups: rows }],
});
