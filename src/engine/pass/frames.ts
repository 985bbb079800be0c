/** Pictures to features: frames are cut into patches, embedded, taken through the vision tower and connected. */
import { invariant } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import type { FrameRows } from "../../models/architectures/definition.ts";
import type { Frame } from "../../models/pictures.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { layerFeeds, type SharedFeeds } from "./layer-feeds.ts";
import type { MaskSet } from "./masks.ts";
import { checkSequence, groupSizes, type MemoryLimits, padsFrames, samplesAtOnce, sequencesOf } from "./memory-plan.ts";
import type { Model } from "./model.ts";
import { limitsOf } from "./model-memory.ts";
import { groupsOf, joinRows, pickRows } from "./rows.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { pass } from "./tower-run.ts";
import { visionOf } from "./towers.ts";
import { outerFeedsOf, weightsIn } from "./weight-precision.ts";

/** A frame, or null for padding, which is as large as the frames beside it. */
export type FrameOrPadding = Frame | null;

/** Rows of the largest of `frames`, to which the others are padded; at least one is no padding. */
export function rowsOfFrames(frames: readonly FrameOrPadding[]): FrameRows {
  const real = frames.filter((frame) => frame !== null);
  invariant(real.length > 0, "There is no frame among the padding.");
  return {
    patches: Math.max(...real.map(({ patches }) => patches)),
    tokens: Math.max(...real.map(({ tokens }) => tokens)),
  };
}

/** What vision layers are fed for `frames`, padded to `rows`, in groups of the given sizes; it is the scope's. */
export function frameFeeds(
  scope: TensorScope,
  model: Model,
  frames: readonly FrameOrPadding[],
  { patches }: Pick<FrameRows, "patches">,
  sizes: readonly number[],
): SharedFeeds {
  const sequences = frames.map((frame) => frame && { prompt: [], frames: [frame] });
  return layerFeeds(scope, visionOf(model), sequences, patches, sizes);
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
    ...furtherFeeds(scope, frames),
    patches: scope.upload(values, [frames.length * patches, vision.patchValues]),
  };
  return scope.give(output(await scope.run(program, feeds), "hidden_out"));
}

/** What frames bring along beside their patches, one frame's behind the other; zeros for padding. */
function furtherFeeds(scope: TensorScope, frames: readonly FrameOrPadding[]): Feeds {
  const first = frames.find((frame) => frame !== null);
  return Object.fromEntries(
    Object.entries(first?.feeds ?? {}).map(([name, { shape, values: like }]) => {
      const Numbers = like instanceof Int32Array ? Int32Array : Float32Array;
      const all = new Numbers(frames.length * like.length);
      frames.forEach((frame, index) => {
        all.set(frame?.feeds?.[name]?.values ?? [], index * like.length);
      });
      return [name, scope.upload(all, [frames.length * (shape[0] ?? 1), ...shape.slice(1)])];
    }),
  );
}

/** Maps the vision tower's hidden states to image features, [frames · tokens of a frame, text width]. */
async function connect(
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
  const { signal, memory = limitsOf(model), precision = "float32" } = options;
  const rows = rowsOfFrames(frames);
  const sequences = sequencesOf(definition, "vision", rows.patches);
  checkSequence(sequences, memory);
  const used = padsFrames(rows, memory) ? frames : frames.filter((frame) => frame !== null);
  const sizes = groupSizes(used.length, samplesAtOnce(sequences, 0, memory));
  using scope = openScope(backend);
  const embedded = await embedFrameGroups(scope, model, used, sizes, precision);
  const shared = frameFeeds(scope, model, used, rows, sizes);
  const { hidden } = await pass(scope, model, "vision", embedded, { groups: sizes, masks, shared, signal, precision });
  return scope.give(await connectGroups(scope, model, hidden, { frames: used, sizes, precision }));
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

/** The frames whose hidden states are connected, in groups of the given sizes. */
export interface ConnectedFrames {
  readonly frames: readonly FrameOrPadding[];
  readonly sizes: readonly number[];
  readonly precision?: Precision;
}

/**
 * Features of all frames, one after another, in a tensor of the scope. Those of padding inside are left out, so that they
 * are in the order of the image tokens; behind the last frame there may be some.
 */
export async function connectGroups(
  scope: TensorScope,
  model: Model,
  hidden: readonly Tensor[],
  { frames, sizes, precision = "float32" }: ConnectedFrames,
): Promise<Tensor> {
  using parts = openScope(model.backend);
  const features: Tensor[] = [];
  for (const [group, size] of sizes.entries()) {
    const states = hidden[group];
    invariant(states, `Group ${group} of the vision tower has no hidden states.`);
    features.push(parts.own(await connect(model, states, size, precision)));
  }
  const joined = await joinRows(parts, model, features);
  const rows = realRows(frames);
  return rows === null ? scope.own(parts.give(joined)) : await pickRows(scope, model, joined, rows);
}

/** Rows of the features of `frames` that belong to a frame; null where these are the first ones as they stand. */
function realRows(frames: readonly FrameOrPadding[]): Int32Array | null {
  const { tokens } = rowsOfFrames(frames);
  const rows = frames.flatMap((frame, index) =>
    Array.from({ length: frame?.tokens ?? 0 }, (_, row) => index * tokens + row),
  );
  return rows.every((row, place) => row === place) ? null : Int32Array.from(rows);
}
