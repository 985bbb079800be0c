/** Pictures to features: frames are cut into patches, embedded, taken through the vision tower and connected. */
import { invariant } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import { cutPatches } from "../../models/architectures/idefics3/patches.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import type { MaskSet } from "./masks.ts";
import {
  checkSequence,
  groupSizes,
  type MemoryLimits,
  memoryLimits,
  padsFrames,
  samplesAtOnce,
  sequencesOf,
} from "./memory-plan.ts";
import type { Model } from "./model.ts";
import { groupsOf, joinRows } from "./rows.ts";
import { runTower, type TowerRun } from "./tower-run.ts";
import { visionOf } from "./towers.ts";
import { outerFeedsOf, withWeights } from "./weight-precision.ts";

/** Embeds frames into the vision tower's hidden states, [frames · patches, width]. `null` frames become zeros. */
export async function embedFrames(
  model: Model,
  frames: readonly (Float32Array | null)[],
  precision: Precision = "float32",
): Promise<Tensor> {
  const vision = visionOf(model);
  const channels = vision.embeddingWeights.find(({ input }) => input === "patch")?.shape[1] ?? 0;
  const length = vision.patches * channels * vision.patchSize ** 2;
  const patches = new Float32Array(frames.length * length);
  frames.forEach((frame, index) => {
    if (frame) patches.set(cutPatches(frame, channels, vision.imageSize, vision.patchSize), index * length);
  });
  const program = await model.programs.get(vision.embed, { batch: frames.length, precision });
  const weights = outerFeedsOf(model, vision.embeddingWeights);
  const input = model.backend.upload(patches, [frames.length * vision.patches, length / vision.patches]);
  try {
    const outputs = await withWeights(model, weights, precision, (feeds) =>
      model.backend.run(program, { ...feeds, patches: input }),
    );
    return output(outputs, "hidden_out");
  } finally {
    model.backend.release(input);
  }
}

/** Maps the vision tower's hidden states to image features, [frames · imageTokens, text width]. */
export async function connect(
  model: Model,
  hidden: Tensor,
  frames: number,
  precision: Precision = "float32",
): Promise<Tensor> {
  const vision = visionOf(model);
  const program = await model.programs.get(vision.connector, { batch: frames, precision });
  const weights = outerFeedsOf(model, vision.connectorWeights);
  const outputs = await withWeights(model, weights, precision, (feeds) =>
    model.backend.run(program, { ...feeds, hidden }),
  );
  return output(outputs, "features");
}

/**
 * Frames of a batch's samples in their order, with zero frames behind them up to the batch's size, so that few sizes of
 * graphs are compiled; empty when no sample has a picture.
 */
export function framesOf(batch: Batch, size: number): readonly (Float32Array | null)[] {
  const frames: (Float32Array | null)[] = batch.samples.flatMap((sample) => sample.frames);
  return frames.length === 0 ? frames : [...frames, ...Array<null>(Math.max(0, size - frames.length)).fill(null)];
}

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly memory?: MemoryLimits;
  /** See `TowerRun`. */
  readonly precision?: Precision;
}

/**
 * Features of `frames` under `masks`, [frames · imageTokens, text width]; of a large vision tower only those of real
 * frames, because there padding costs more than a graph of another size.
 */
export async function encodeFrames(
  model: Model,
  frames: readonly (Float32Array | null)[],
  masks: MaskSet,
  options: EncodeOptions = {},
): Promise<Tensor> {
  const { backend, definition } = model;
  const { signal, memory = memoryLimits(backend), precision = "float32" } = options;
  const sequences = sequencesOf(definition, "vision", 0);
  checkSequence(sequences, memory);
  const used = padsFrames(definition, memory) ? frames : frames.filter((frame) => frame !== null);
  const sizes = groupSizes(used.length, samplesAtOnce(sequences, 0, memory));
  const run: TowerRun = { tower: "vision", groups: sizes, masks, shared: {}, signal, precision };
  const { hidden } = await runTower(model, await embedFrameGroups(model, used, sizes, precision), run);
  try {
    return await connectGroups(model, hidden, sizes, precision);
  } finally {
    backend.release(...hidden);
  }
}

/** Embeds frames in groups of the given sizes. */
export async function embedFrameGroups(
  model: Model,
  frames: readonly (Float32Array | null)[],
  sizes: readonly number[],
  precision: Precision = "float32",
): Promise<Tensor[]> {
  const hidden: Tensor[] = [];
  try {
    for (const { first, end } of groupsOf(sizes)) {
      hidden.push(await embedFrames(model, frames.slice(first, end), precision));
    }
    return hidden;
  } catch (error) {
    model.backend.release(...hidden);
    throw error;
  }
}

/** Features of all groups, one after another. */
export async function connectGroups(
  model: Model,
  hidden: readonly Tensor[],
  sizes: readonly number[],
  precision: Precision = "float32",
): Promise<Tensor> {
  const features: Tensor[] = [];
  try {
    for (const [group, size] of sizes.entries()) {
      const states = hidden[group];
      invariant(states, `Group ${group} of the vision tower has no hidden states.`);
      features.push(await connect(model, states, size, precision));
    }
  } catch (error) {
    model.backend.release(...features);
    throw error;
  }
  return joinRows(model, features);
}
