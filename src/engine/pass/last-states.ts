/** A batch through the whole model: pictures to features, tokens to hidden states, and where asked for to logits. */
import { settled, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { encodeFrames, framesOf } from "./frames.ts";
import { logitsAt } from "./head.ts";
import type { MaskSet } from "./masks.ts";
import {
  checkSequence,
  groupSizes,
  type MemoryLimits,
  memoryLimits,
  samplesAtOnce,
  sequencesOf,
} from "./memory-plan.ts";
import type { Model } from "./model.ts";
import { joinRows } from "./rows.ts";
import { embedTokenGroups, sequenceFeeds } from "./tokens.ts";
import { runTower, type TowerRun } from "./tower-run.ts";

/** The last hidden states of every row of `batch`, [rows, width]; logits are made from them where they are needed. */
export function lastStates(
  model: Model,
  batch: Batch,
  masks: MaskSet,
  signal?: AbortSignal,
  memory: MemoryLimits = memoryLimits(model.backend),
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
  const frames = framesOf(batch, size);
  const features = frames.length > 0 ? await encodeFrames(model, frames, masks, { signal, memory }) : null;
  const shared = sequenceFeeds(model, batch.tokens);
  try {
    const embedded = await embedTokenGroups(model, batch, features, sizes);
    const run: TowerRun = { tower: "text", groups: sizes, masks, shared, signal };
    const { hidden } = await runTower(model, embedded, run);
    return await joinRows(model, hidden);
  } finally {
    backend.release(...Object.values(shared));
    if (features) backend.release(features);
  }
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
  const hidden = await lastStates(model, batch, masks, signal);
  try {
    return await logitsAt(model, hidden, positions);
  } finally {
    model.backend.release(hidden);
  }
}
