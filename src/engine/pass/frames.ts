/** Pictures to features: frames are cut into patches, embedded, taken through the vision tower and connected. */
import { invariant } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import { elementCount, type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { connectGroups, type FrameOrPadding, type PictureFeatures, tensorsOf } from "./features.ts";
import { layerFeeds, type SharedFeeds } from "./layer-feeds.ts";
import type { MaskSet } from "./masks.ts";
import { checkSequence, groupSizes, type MemoryLimits, padsFrames, samplesAtOnce, sequencesOf } from "./memory-plan.ts";
import type { Model } from "./model.ts";
import { limitsOf } from "./model-memory.ts";
import { groupsOf } from "./rows.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { pass } from "./tower-run.ts";
import { visionOf } from "./towers.ts";
import { outerFeedsOf, weightsIn } from "./weight-precision.ts";

/** Patches of the largest of `frames`, to which the others are padded; at least one is no padding. */
export function mostPatches(frames: readonly FrameOrPadding[]): number {
  const real = frames.filter((frame) => frame !== null);
  invariant(real.length > 0, "There is no frame among the padding.");
  return Math.max(...real.map(({ patches }) => patches));
}

/** What vision layers are fed for `frames`, padded to `rows`, in groups of the given sizes; it is the scope's. */
export function frameFeeds(
  scope: TensorScope,
  model: Model,
  frames: readonly FrameOrPadding[],
  patches: number,
  sizes: readonly number[],
): SharedFeeds {
  const sequences = frames.map((frame) => frame && { prompt: [], frames: [frame] });
  const shared = layerFeeds(scope, visionOf(model), sequences, patches, sizes);
  const further = groupsOf(sizes).map(({ first, end }) => furtherFeeds(scope, frames.slice(first, end), frames));
  return (layer, group, turn) => {
    const own = shared(layer, group, turn);
    return own && { ...own, feeds: { ...further[group], ...own.feeds } };
  };
}

/** Embeds frames, as large as the largest of `all`, into the vision tower's hidden states, [frames · patches, width]. */
export async function embedFrames(
  model: Model,
  frames: readonly FrameOrPadding[],
  precision: Precision = "float32",
  all: readonly FrameOrPadding[] = frames,
): Promise<Tensor> {
  const vision = visionOf(model);
  const patches = mostPatches(all);
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
    ...furtherFeeds(scope, frames, all),
    patches: scope.upload(values, [frames.length * patches, vision.patchValues]),
  };
  return scope.give(output(await scope.run(program, feeds), "hidden_out"));
}

/** What frames bring along beside their patches, one frame's behind the other; zeros for padding, which is like one of `all`. */
function furtherFeeds(
  scope: TensorScope,
  frames: readonly FrameOrPadding[],
  all: readonly FrameOrPadding[] = frames,
): Feeds {
  const first = all.find((frame) => frame !== null);
  return Object.fromEntries(
    Object.entries(first?.feeds ?? {}).map(([name, like]) => {
      const [own = 1, ...rest] = like.shape;
      const rows = like.ofPatches ? mostPatches(all) : own;
      const length = rows * elementCount(rest);
      const Numbers = like.values instanceof Int32Array ? Int32Array : Float32Array;
      const joined = new Numbers(frames.length * length);
      frames.forEach((frame, index) => {
        joined.set(frame?.feeds?.[name]?.values ?? [], index * length);
      });
      return [name, scope.upload(joined, [frames.length * rows, ...rest])];
    }),
  );
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
 * Features of `frames` under `masks`, which the caller releases; of a large vision tower only those of real frames, because
 * there padding costs more than a graph of another size.
 */
export async function encodeFrames(
  model: Model,
  frames: readonly FrameOrPadding[],
  masks: MaskSet,
  options: EncodeOptions = {},
): Promise<PictureFeatures> {
  const { backend, definition } = model;
  const { signal, memory = limitsOf(model), precision = "float32" } = options;
  const patches = mostPatches(frames);
  const sequences = sequencesOf(definition, "vision", patches);
  checkSequence(sequences, memory);
  const used = padsFrames({ patches }, memory) ? frames : frames.filter((frame) => frame !== null);
  const sizes = groupSizes(used.length, samplesAtOnce(sequences, 0, memory));
  using scope = openScope(backend);
  const embedded = await embedFrameGroups(scope, model, used, sizes, precision);
  const shared = frameFeeds(scope, model, used, patches, sizes);
  const { connectorLayers: keepLayers } = visionOf(model);
  const request = { groups: sizes, masks, shared, keepLayers, signal, precision };
  const { hidden, kept } = await pass(scope, model, "vision", embedded, request);
  const features = await connectGroups(scope, model, { frames: used, sizes, hidden, kept }, precision);
  scope.give(tensorsOf(features));
  return features;
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
  for (const { first, end } of groupsOf(sizes)) {
    hidden.push(scope.own(await embedFrames(model, frames.slice(first, end), precision, frames)));
  }
  return hidden;
}
