/** A batch through the whole model: pictures to features, tokens to hidden states, and where asked for to logits. */
import { settled, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { enterText } from "./enter-text.ts";
import { tensorsOf } from "./features.ts";
import { encodeFrames, framesOf } from "./frames.ts";
import { logitsAt } from "./head.ts";
import type { MaskSet } from "./masks.ts";
import { checkSequence, groupSizes, type MemoryLimits, samplesAtOnce, sequencesOf } from "./memory-plan.ts";
import type { Model } from "./model.ts";
import { limitsOf } from "./model-memory.ts";
import { joinRows } from "./rows.ts";
import { openScope } from "./scope.ts";
import { pass } from "./tower-run.ts";

/** The last hidden states of every row of `batch`, [rows, width]; logits are made from them where they are needed. */
export function lastStates(
  model: Model,
  batch: Batch,
  masks: MaskSet,
  signal?: AbortSignal,
  memory: MemoryLimits = limitsOf(model),
): Promise<Tensor> {
  const { backend } = model;
  return settled(
    backend,
    () => computeLastStates(model, batch, masks, memory, signal),
    (states) => backend.release(states),
  );
}

async function computeLastStates(
  model: Model,
  batch: Batch,
  masks: MaskSet,
  memory: MemoryLimits,
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  const { backend } = model;
  const size = batch.ids.length / batch.tokens;
  const sequences = sequencesOf(model.definition, "text", batch.tokens);
  checkSequence(sequences, memory);
  const sizes = groupSizes(size, samplesAtOnce(sequences, 0, memory));
  using scope = openScope(backend);
  const frames = framesOf(batch, size);
  const features = frames.length > 0 ? await encodeFrames(model, frames, masks, { signal, memory }) : null;
  if (features) scope.own(tensorsOf(features));
  const entered = await enterText(scope, model, batch, features, sizes);
  const { hidden } = await pass(scope, model, "text", entered.hidden, { ...entered, groups: sizes, masks, signal });
  return scope.give(await joinRows(scope, model, hidden));
}

/**
 * Teacher-forced logits of every position that predicts a trace token of `batch`, [positions, vocabulary], all at once:
 * for few positions or small vocabularies.
 */
export async function traceLogits(
  model: Model,
  batch: Batch,
  masks: MaskSet,
  signal?: AbortSignal,
  positions: Int32Array = batch.positions,
): Promise<Tensor> {
  using scope = openScope(model.backend);
  const hidden = scope.own(await lastStates(model, batch, masks, signal));
  return await logitsAt(model, hidden, positions);
}
