/**
 * Tokens that half precision chose by rounding.
 *
 * A trace that was written in half precision takes, where two tokens are all but equally likely, now and then the other one
 * than single precision would. Measured in single precision the dense model would then seem to leave its own trace. So
 * where its choice and the trace's token are that close, the choice counts as the trace's token, for the dense model and
 * for every pruned one that chooses the same.
 */
import type { Tensor } from "../../runtime/backend.ts";
import { DIVERGENCE_ROW } from "../../runtime/kernels/token-divergence/kernel.ts";
import type { Model } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";

/**
 * How much less likely than the dense model's choice the trace's token may be, in nats (project decision): logits of
 * some units, behind layers whose half-precision results are off by about a hundredth.
 */
const TIE = 0.25;

/** One DIVERGENCE_ROW per row of `logits` against themselves. */
async function measure(model: Model, logits: Tensor, ids: Int32Array): Promise<Float32Array> {
  const { backend, definition } = model;
  const rows = ids.length;
  using scope = openScope(backend);
  const targets = scope.upload(ids, [rows]);
  const result = scope.upload(new Float32Array(rows * DIVERGENCE_ROW.length), [rows, DIVERGENCE_ROW.length]);
  const { vocabularySize: vocabulary } = definition.text;
  backend.kernels.tokenDivergence({ reference: logits, pruned: logits, targets, rows, vocabulary, result });
  return await backend.read(result);
}

/**
 * Of every row of the dense model's `logits` its choice, where that is another token than the trace's (`trace`, one id per
 * row) and no more likely than rounding explains; −1 elsewhere.
 */
export async function tiedChoices(model: Model, logits: Tensor, trace: Int32Array): Promise<Int32Array> {
  const none = new Int32Array(trace.length).fill(-1);
  const written = await measure(model, logits, trace);
  const choices = trace.map((_, row) => written[row * DIVERGENCE_ROW.length + DIVERGENCE_ROW.argmax] ?? -1);
  if (choices.every((choice, row) => choice === trace[row])) return none;
  const chosen = await measure(model, logits, choices);
  return none.map((_, row) => {
    const place = row * DIVERGENCE_ROW.length + DIVERGENCE_ROW.referenceNll;
    const gap = (written[place] ?? Number.NaN) - (chosen[place] ?? Number.NaN);
    return choices[row] !== trace[row] && gap <= TIE ? (choices[row] ?? -1) : -1;
  });
}
