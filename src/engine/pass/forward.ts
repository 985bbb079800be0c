/**
 * Forward passes: pictures to features, tokens to hidden states, hidden states to logits, layer by layer. A batch goes
 * through a layer's graph in groups of samples where memory asks for it (memory-plan.ts); each group is a tensor of its own.
 *
 * Ownership: every function returns tensors that the caller releases, and releases what it made on the way, also
 * when it fails or is cancelled.
 */
import { invariant, throwIfCancelled } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import type { TowerDefinition, VisionDefinition } from "../../models/architectures/definition.ts";
import { splitIds } from "../../models/architectures/llama-vocabulary.ts";
import { type Feeds, output, settled, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { cutPatches } from "./image-positions.ts";
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
import { causalBias, rotaryTables } from "./rope.ts";
import { type Group, groupsOf, joinRows } from "./rows.ts";
import { outerFeedsOf, withLayerWeights, withWeights } from "./weight-precision.ts";

export interface LayerOutputs {
  readonly attentionOutput: Tensor;
  readonly mlpOutput: Tensor;
}

export interface TowerRun {
  readonly tower: Tower;
  /** Samples of each group. */
  readonly groups: readonly number[];
  readonly masks: MaskSet;
  /** Feeds that are the same for every layer: rotary tables and bias for text. */
  readonly shared: Feeds;
  readonly signal: AbortSignal | undefined;
  /** Keep the input of every layer for the backward pass. */
  readonly keepInputs?: boolean;
  /** Called with the module outputs of each layer and group, which are released after the call. */
  readonly onModules?: (layer: number, outputs: LayerOutputs, group: number) => void;
  readonly onLayer?: (layer: number) => void;
  /** What the pass computes in: float32 when absent, or the model's own precision where only text is written. */
  readonly precision?: Precision;
}

export function towerOf(model: Model, tower: Tower): TowerDefinition {
  const definition = tower === "text" ? model.definition.text : model.definition.vision;
  invariant(definition, "This model has no vision tower.");
  return definition;
}

export function visionOf(model: Model): VisionDefinition {
  invariant(model.definition.vision, "This model has no vision tower.");
  return model.definition.vision;
}

/**
 * Runs `hidden`, one tensor for each group, through all layers of a tower. Takes ownership of `hidden`. Returns the last
 * hidden states, and the inputs of all layers when they are kept, group by group.
 */
export async function runTower(
  model: Model,
  hidden: readonly Tensor[],
  run: TowerRun,
): Promise<{ hidden: Tensor[]; inputs: Tensor[][] }> {
  const { tower, groups, masks, shared } = run;
  const { backend } = model;
  const definition = towerOf(model, tower);
  const { precision = "float32" } = run;
  const modules = run.onModules !== undefined;
  const programOf = (batch: number) =>
    model.programs.get(definition.forward, { batch, modules, precision, compensation: masks.compensated });
  const owned = new Set(hidden);
  const inputs: Tensor[][] = [];
  let current = [...hidden];
  try {
    for (let layer = 0; layer < definition.layers; layer++) {
      const next: Tensor[] = [];
      const runGroups = async (weights: Feeds) => {
        for (const [group, batch] of groups.entries()) {
          throwIfCancelled(run.signal);
          const input = current[group];
          invariant(input, `Group ${group} of the ${tower} tower has no hidden states.`);
          const feeds = { ...shared, ...weights, ...masks.feeds(tower, layer), hidden: input };
          const outputs = await backend.run(await programOf(batch), feeds);
          const result = output(outputs, "hidden_out");
          owned.add(result);
          next.push(result);
          if (run.onModules) {
            const attentionOutput = output(outputs, "attention_output");
            const mlpOutput = output(outputs, "mlp_output");
            run.onModules(layer, { attentionOutput, mlpOutput }, group);
            backend.release(attentionOutput, mlpOutput);
          }
          if (run.keepInputs) continue;
          owned.delete(input);
          backend.release(input);
        }
      };
      await withLayerWeights(model, tower, layer, runGroups, precision);
      if (run.keepInputs) inputs.push(current);
      current = next;
      run.onLayer?.(layer);
    }
  } catch (error) {
    backend.release(...owned);
    throw error;
  }
  return { hidden: current, inputs };
}

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

/** Ids of the rows that are embedded, and where features go between them. */
export interface TokenRows {
  readonly ids: Int32Array;
  readonly mergeIndex: Int32Array;
  readonly imageRows: Int32Array;
}

/** The rows of some samples of a batch; they still take the features of the whole batch. */
export function groupRows(batch: Batch, { first, end }: Group): TokenRows {
  const [start, stop] = [first * batch.tokens, end * batch.tokens];
  if (start === 0 && stop === batch.ids.length) return batch;
  return {
    ids: batch.ids.subarray(start, stop),
    mergeIndex: batch.mergeIndex
      .subarray(start, stop)
      .map((place) => (place < batch.ids.length ? place - start : place - batch.ids.length + stop - start)),
    imageRows: batch.imageRows.filter((row) => row >= start && row < stop).map((row) => row - start),
  };
}

/** What the embedding graph takes for `ids`; the caller releases it. */
function tokenFeeds(model: Model, ids: Int32Array): Record<string, Tensor> {
  const { backend, definition } = model;
  const upload = (values: Int32Array) => backend.upload(values, [values.length]);
  const parts = definition.text.embeddingWeights.flatMap(({ rows }) => (rows ? [rows] : []));
  if (parts.length === 0) return { ids: upload(ids) };
  const split = splitIds(ids, parts);
  return {
    ...Object.fromEntries(split.ids.map((own, part) => [`ids.${part}`, upload(own)])),
    order: upload(split.order),
  };
}

/**
 * Token embeddings of `ids` with image features in the rows of `imageRows`, [ids, width]. The rows are picked from the
 * table as it is stored and are float32 afterwards, which is exact.
 */
export async function embedTokens(model: Model, rows: TokenRows, features: Tensor | null): Promise<Tensor> {
  const { backend, definition } = model;
  const embed = await model.programs.get(definition.text.embed, { precision: model.precision });
  const ids = tokenFeeds(model, rows.ids);
  let text: Tensor;
  try {
    text = output(await backend.run(embed, { ...model.outerFeeds, ...ids }), "hidden_out");
  } finally {
    backend.release(...Object.values(ids));
  }
  if (!features || rows.imageRows.length === 0) return text;
  const merge = await model.programs.get(visionOf(model).merge, {});
  const index = backend.upload(rows.mergeIndex, [rows.mergeIndex.length]);
  try {
    return output(await backend.run(merge, { text, features, index }), "hidden_out");
  } finally {
    backend.release(index, text);
  }
}

/** Rotary tables and causal bias for whole sequences of `tokens`; the caller releases them. */
export function sequenceFeeds(model: Model, tokens: number): Record<string, Tensor> {
  const { headSize, ropeTheta } = model.definition.text;
  const { cosine, sine } = rotaryTables(0, tokens, headSize, ropeTheta);
  return {
    rope_cosine: model.backend.upload(cosine, [tokens, headSize]),
    rope_sine: model.backend.upload(sine, [tokens, headSize]),
    attention_bias: model.backend.upload(causalBias(tokens), [tokens, tokens]),
  };
}

/** Logits of the rows `positions` of some last hidden states, [positions, vocabulary]; the caller releases them. */
export type Head = (hidden: Tensor, positions: Int32Array) => Promise<Tensor>;

/**
 * Gives the head to `use`, computing in `precision`: for several calls, because the vocabulary's table of a model that is
 * stored in float16 is copied for measurements.
 */
export async function withHead<Result>(
  model: Model,
  use: (head: Head) => Promise<Result>,
  precision: Precision = "float32",
): Promise<Result> {
  const { backend, definition } = model;
  const program = await model.programs.get(definition.text.head, { precision });
  return withWeights(model, outerFeedsOf(model, definition.text.headWeights), precision, (weights) =>
    use(async (hidden, positions) => {
      const picked = backend.upload(positions, [positions.length]);
      try {
        return output(await backend.run(program, { ...weights, hidden, positions: picked }), "logits");
      } finally {
        backend.release(picked);
      }
    }),
  );
}

/** Logits of the rows `positions` of the last hidden states, [positions, vocabulary]. */
export function logitsAt(
  model: Model,
  hidden: Tensor,
  positions: Int32Array,
  precision: Precision = "float32",
): Promise<Tensor> {
  return withHead(model, (head) => head(hidden, positions), precision);
}

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

/** Token embeddings of a batch in groups of the given sizes. */
export async function embedTokenGroups(
  model: Model,
  batch: Batch,
  features: Tensor | null,
  sizes: readonly number[],
): Promise<Tensor[]> {
  const embedded: Tensor[] = [];
  try {
    for (const group of groupsOf(sizes)) embedded.push(await embedTokens(model, groupRows(batch, group), features));
    return embedded;
  } catch (error) {
    model.backend.release(...embedded);
    throw error;
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
