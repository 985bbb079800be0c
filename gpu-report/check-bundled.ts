/** The bundled model on a GPU against transformers' numbers, and its calibration against the CPU's. */

import type { Statistics } from "../src/core/statistics.ts";
import { denseTraceStates, evaluateSample } from "../src/engine/measure/evaluate.ts";
import type { PreparedInput } from "../src/engine/pass/batch.ts";
import { logitsAt } from "../src/engine/pass/head.ts";
import type { Session } from "../src/engine/session.ts";
import type { Verdict } from "./recorder.ts";
import { relativeErrors } from "./relative-errors.ts";

export interface SceneReference {
  readonly trace_ids: readonly number[];
  readonly greedy_ids: readonly number[];
  readonly pivots: readonly number[];
  readonly nll: readonly number[];
  readonly logits_last_prompt_position: readonly number[];
}

/** What the tests allow, in logits and nats. */
const TOLERANCE = 1e-3;

function largestDifference(found: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((worst, value, index) => {
    const difference = Math.abs(value - (found[index] ?? Number.NaN));
    return Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }, 0);
}

/** Logits, likelihoods and greedy tokens of every scene. */
export async function checkAgainstTransformers(
  session: Session,
  references: readonly SceneReference[],
  inputOf: (index: number) => Promise<PreparedInput>,
  signal: AbortSignal,
): Promise<Verdict> {
  const { model, denseMasks } = session;
  let worst = 0;
  let equal = 0;
  for (const [index, reference] of references.entries()) {
    const input = await inputOf(index);
    const sample = { ...input, trace: reference.trace_ids, pivots: reference.pivots };
    const dense = await denseTraceStates(model, sample, denseMasks, signal);
    const logits = await logitsAt(model, dense, Int32Array.of(sample.prompt.length - 1));
    worst = Math.max(worst, largestDifference(await model.backend.read(logits), reference.logits_last_prompt_position));
    const { denseNll } = await evaluateSample(model, sample, denseMasks, dense, signal);
    worst = Math.max(worst, largestDifference(denseNll, reference.nll));
    model.backend.release(dense, logits);
    const { ids } = await session.generate(input, { signal });
    if (ids.join(" ") === reference.greedy_ids.join(" ")) equal += 1;
  }
  return {
    passed: worst < TOLERANCE && equal === references.length,
    detail: `transformers' logits and likelihoods within ${worst.toPrecision(2)} of at most ${TOLERANCE}, ${equal} of ${references.length} traces equal`,
  };
}

/** Of units: each device may be off the exact numbers by half of this, which the tests hold both to. */
const ATTRIBUTION = { p99: 2e-4, largest: 2e-3 };
const SIGNALS = 1e-3;

/** Attributions and signals of a calibration on the GPU, unit by unit, by the CPU's. */
export function compareCalibrations(gpu: Statistics, cpu: Statistics): Verdict {
  const attribution = relativeErrors(
    [...gpu.attributionGlobal, ...gpu.attributionPivot],
    [...cpu.attributionGlobal, ...cpu.attributionPivot],
  );
  const signals = relativeErrors([...gpu.cmds, ...gpu.sens], [...cpu.cmds, ...cpu.sens]);
  return {
    passed:
      attribution.p99 <= ATTRIBUTION.p99 && attribution.largest <= ATTRIBUTION.largest && signals.largest <= SIGNALS,
    detail:
      `attributions differ from the CPU's by ${attribution.p99.toExponential(1)} (99th percentile; allowed ${ATTRIBUTION.p99}) ` +
      `and ${attribution.largest.toExponential(1)} (largest; allowed ${ATTRIBUTION.largest}), signals by ${signals.largest.toExponential(1)} (allowed ${SIGNALS})`,
  };
}
