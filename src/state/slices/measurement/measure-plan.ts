/** Measures one plan on one sample: on the dense model's trace first, then as far as needed in the pruned model's own words. */

import type { Pruning } from "../../../core/pruning.ts";
import type { Measurement, SampleInput, Trace, TraceToken } from "../../../engine/contract.ts";
import type { WorkerEngine } from "../../../engine/worker/client.ts";
import { type AnswerVerdict, firstMismatch, prunedPrefix, prunedTokenLimit, verdict } from "../reasoning/answer.ts";

export interface PlanOnSample {
  readonly input: SampleInput;
  /** What the dense model says. */
  readonly trace: Trace;
  readonly pruning: Pruning;
  /** The teacher-forced part, where it is known already. */
  readonly known: Measurement | undefined;
  /** False: where the tokens do not agree, the pruned model's own words are left for later. */
  readonly words?: boolean;
}

/**
 * @param tell is given what is known so far: the divergences with a null answer, then the answer too; at once where every
 *   token agrees.
 * @param write is given the pruned model's own words as they come, after the words that both say.
 * @throws PivotscopeError `cancelled`, and what the engine throws.
 */
export async function measurePlan(
  engine: WorkerEngine,
  { input, trace, pruning, known, words = true }: PlanOnSample,
  signal: AbortSignal,
  tell: (measurement: Measurement, answer: AnswerVerdict | null) => void,
  write?: (tokens: readonly TraceToken[]) => void,
): Promise<void> {
  const ids = trace.tokens.map((token) => token.id);
  const measurement = known ?? (await engine.evaluate(input, ids, pruning, { signal }));
  if (signal.aborted) return;
  const mismatch = firstMismatch(trace.tokens, measurement);
  if (mismatch < 0) return tell(measurement, verdict(trace, null));
  tell(measurement, null);
  if (!words) return;
  const prefix = prunedPrefix(trace.tokens, measurement, mismatch);
  let written = prefix;
  const onProgress = (token: TraceToken) => {
    written = [...written, token];
    if (!signal.aborted) write?.(written);
  };
  const options = { pruning, prefix: prefix.map(({ id }) => id), maximumTokens: prunedTokenLimit(trace) };
  const pruned = await engine.generate(input, options, { signal, ...(write ? { onProgress } : {}) });
  if (!signal.aborted) tell(measurement, verdict(trace, pruned));
}
