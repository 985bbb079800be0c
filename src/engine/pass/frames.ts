/** Pictures to features: frames are cut into patches, embedded, taken through the vision tower and connected. */
import { invariant } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import type { FrameRows } from "../../models/architectures/definition.ts";
import type { Frame } from "../../models/pictures.ts";
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
import { openScope, type TensorScope } from "./scope.ts";
import { pass } from "./tower-run.ts";
import { visionOf } from "./towers.ts";
import { outerFeedsOf, weightsIn } from "./weight-precision.ts";

/** A frame, or null for padding, which is as large as the frames beside it. */
export type FrameOrPadding = Frame | null;

/** Rows of each of `frames`, which are all of one size; at least one is no padding. */
export function rowsOfFrames(frames: readonly FrameOrPadding[]): FrameRows {
  const [first, ...others] = frames.filter((frame) => frame !== null);
  invariant(first, "There is no frame among the padding.");
  const alike = others.every(({ patches, tokens }) => patches === first.patches && tokens === first.tokens);
  invariant(alike, "Frames of different sizes cannot go through the vision tower together.");
  return { patches: first.patches, tokens: first.tokens };
}

/** Embeds frames of `patches` rows each into the vision tower's hidden states, [frames · patches, width]. */
export async function embedFrames(
  model: Model,
  frames: readonly FrameOrPadding[],
  precision: Precision = "float32",
  { patches }: Pick<FrameRows, "patches"> = rowsOfFrames(frames),
): Promise<Tensor> {
  const vision = visionOf(model);
  const length = patches * vision.patchValues;
  const values = new Float32Array(frames.length * length);
  frames.forEach((frame, index) => {
    if (frame) values.set(frame.values, index * length);
  });
  const program = await model.programs.get(vision.embed, { batch: frames.length, precision });
  const weights = outerFeedsOf(model, vision.embeddingWeights);
  using scope = openScope(model.backend);
  const feeds = {
    ...(await weightsIn(scope, model, weights, precision)),
    patches: scope.upload(values, [frames.length * patches, vision.patchValues]),
  };
  return scope.give(output(await scope.run(program, feeds), "hidden_out"));
}

/** Maps the vision tower's hidden states to image features, [frames · tokens of a frame, text width]. */
export async function connect(
  model: Model,
  hidden: Tensor,
  frames: number,
  precision: Precision = "float32",
): Promise<Tensor> {
  const vision = visionOf(model);
  const program = await model.programs.get(vision.connector, { batch: frames, precision });
  const weights = outerFeedsOf(model, vision.connectorWeights);
  using scope = openScope(model.backend);
  const feeds = await weightsIn(scope, model, weights, precision);
  return scope.give(output(await scope.run(program, { ...feeds, hidden }), "features"));
}

/**
 * Frames of a batch's samples in their order, with zero frames behind them up to the batch's size, so that few sizes of
 * graphs are compiled; empty when no sample has a picture.
 */
export function framesOf(batch: Batch, size: number): readonly FrameOrPadding[] {
  const frames: FrameOrPadding[] = batch.samples.flatMap((sample) => sample.frames);
  return frames.length === 0 ? frames : [...frames, ...Array<null>(Math.max(0, size - frames.length)).fill(null)];
}

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly memory?: MemoryLimits;
  /** See `PassRequest`. */
  readonly precision?: Precision;
}

/**
 * Features of `frames` under `masks`, [frames · tokens of a frame, text width]; of a large vision tower only those of real
 * frames, because there padding costs more than a graph of another size.
 */
export async function encodeFrames(
  model: Model,
  frames: readonly FrameOrPadding[],
  masks: MaskSet,
  options: EncodeOptions = {},
): Promise<Tensor> {
  const { backend, definition } = model;
  const { signal, memory = memoryLimits(backend), precision = "float32" } = options;
  const rows = rowsOfFrames(frames);
  const sequences = sequencesOf(definition, "vision", rows.patches);
  checkSequence(sequences, memory);
  const used = padsFrames(rows, memory) ? frames : frames.filter((frame) => frame !== null);
  const sizes = groupSizes(used.length, samplesAtOnce(sequences, 0, memory));
  using scope = openScope(backend);
  const embedded = await embedFrameGroups(scope, model, used, sizes, precision);
  const { hidden } = await pass(scope, model, "vision", embedded, { groups: sizes, masks, signal, precision });
  return scope.give(await connectGroups(scope, model, hidden, sizes, precision));
}

/** Embeds frames in groups of the given sizes; the groups are the scope's. */
export async function embedFrameGroups(
  scope: TensorScope,
  model: Model,
  frames: readonly FrameOrPadding[],
  sizes: readonly number[],
  precision: Precision = "float32",
): Promise<Tensor[]> {
  const hidden: Tensor[] = [];
  const rows = rowsOfFrames(frames);
  for (const { first, end } of groupsOf(sizes)) {
    hidden.push(scope.own(await embedFrames(model, frames.slice(first, end), precision, rows)));
  }
  return hidden;
}

/** Features of all groups, one after another, in a tensor of the scope. */
export async function connectGroups(
  scope: TensorScope,
  model: Model,
  hidden: readonly Tensor[],
  sizes: readonly number[],
  precision: Precision = "float32",
): Promise<Tensor> {
  using parts = openScope(model.backend);
  const features: Tensor[] = [];
  for (const [group, size] of sizes.entries()) {
    const states = hidden[group];
    invariant(states, `Group ${group} of the vision tower has no hidden states.`);
    features.push(parts.own(await connect(model, states, size, precision)));
  }
  return scope.own(parts.give(await joinRows(parts, model, features)));
}
