/**
 * Forward passes: pictures to features, tokens to hidden states, hidden states to logits, layer by layer.
 *
 * Ownership: every function returns tensors that the caller releases, and releases what it made on the way, also
 * when it fails or is cancelled.
 */
import { invariant, throwIfCancelled } from "../core/errors.ts";
import type { Tower } from "../core/unit.ts";
import type { TowerDefinition, VisionDefinition } from "../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { cutPatches } from "./image-positions.ts";
import { compensationKey, type MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { causalBias, rotaryTables } from "./rope.ts";

export interface LayerOutputs {
  readonly attentionOutput: Tensor;
  readonly mlpOutput: Tensor;
}

export interface TowerRun {
  readonly tower: Tower;
  readonly batch: number;
  readonly masks: MaskSet;
  /** Feeds that are the same for every layer: rotary tables and bias for text. */
  readonly shared: Feeds;
  readonly signal: AbortSignal | undefined;
  /** Keep the input of every layer for the backward pass. */
  readonly keepInputs?: boolean;
  /** Called with each layer's module outputs, which are released after the call. */
  readonly onModules?: (layer: number, outputs: LayerOutputs) => void;
  readonly onLayer?: (layer: number) => void;
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
 * Runs `hidden` through all layers of a tower. Takes ownership of `hidden`. Returns the last hidden states, and the
 * inputs of all layers when they are kept.
 */
export async function runTower(
  model: Model,
  hidden: Tensor,
  run: TowerRun,
): Promise<{ hidden: Tensor; inputs: Tensor[] }> {
  const { tower, batch, masks, shared } = run;
  const definition = towerOf(model, tower);
  const modules = run.onModules !== undefined;
  const program = await model.program(`${tower} forward ${batch} ${modules}${compensationKey(masks)}`, () =>
    definition.forward(batch, { modules, compensation: masks.compensated }),
  );
  const inputs: Tensor[] = [];
  let current = hidden;
  try {
    for (let layer = 0; layer < definition.layers; layer++) {
      throwIfCancelled(run.signal);
      const outputs = await model.backend.run(program, {
        ...shared,
        ...model.layerFeeds(tower, layer),
        ...masks.feeds(tower, layer),
        hidden: current,
      });
      if (run.onModules) {
        const attentionOutput = output(outputs, "attention_output");
        const mlpOutput = output(outputs, "mlp_output");
        run.onModules(layer, { attentionOutput, mlpOutput });
        model.backend.release(attentionOutput, mlpOutput);
      }
      if (run.keepInputs) inputs.push(current);
      else model.backend.release(current);
      current = output(outputs, "hidden_out");
      run.onLayer?.(layer);
    }
  } catch (error) {
    model.backend.release(current, ...inputs.filter((input) => input !== current));
    throw error;
  }
  return { hidden: current, inputs };
}

/** Embeds frames into the vision tower's hidden states, [frames · patches, width]. `null` frames become zeros. */
export async function embedFrames(model: Model, frames: readonly (Float32Array | null)[]): Promise<Tensor> {
  const vision = visionOf(model);
  const channels = (frames.find((frame) => frame !== null)?.length ?? 0) / vision.imageSize ** 2;
  const length = vision.patches * channels * vision.patchSize ** 2;
  const patches = new Float32Array(frames.length * length);
  frames.forEach((frame, index) => {
    if (frame) patches.set(cutPatches(frame, channels, vision.imageSize, vision.patchSize), index * length);
  });
  const program = await model.program(`vision embed ${frames.length}`, () => vision.embed(frames.length));
  const input = model.backend.upload(patches, [frames.length * vision.patches, length / vision.patches]);
  try {
    return output(await model.backend.run(program, { ...model.outerFeeds, patches: input }), "hidden_out");
  } finally {
    model.backend.release(input);
  }
}

/** Maps the vision tower's hidden states to image features, [frames · imageTokens, text width]. */
export async function connect(model: Model, hidden: Tensor, frames: number): Promise<Tensor> {
  const program = await model.program(`connector ${frames}`, () => visionOf(model).connector(frames));
  return output(await model.backend.run(program, { ...model.outerFeeds, hidden }), "features");
}

/**
 * Frames of a batch's samples in their order, with zero frames behind them up to the batch's size, so that few sizes of
 * graphs are compiled; empty when no sample has a picture.
 */
export function framesOf(batch: Batch, size: number): readonly (Float32Array | null)[] {
  const frames: (Float32Array | null)[] = batch.samples.flatMap((sample) => sample.frames);
  return frames.length === 0 ? frames : [...frames, ...Array<null>(Math.max(0, size - frames.length)).fill(null)];
}

/** Features of `frames` under `masks`. */
export async function encodeFrames(
  model: Model,
  frames: readonly (Float32Array | null)[],
  masks: MaskSet,
  signal?: AbortSignal,
): Promise<Tensor> {
  const run: TowerRun = { tower: "vision", batch: frames.length, masks, shared: {}, signal };
  const { hidden } = await runTower(model, await embedFrames(model, frames), run);
  try {
    return await connect(model, hidden, frames.length);
  } finally {
    model.backend.release(hidden);
  }
}

/** Token embeddings of `ids` with image features in the rows of `imageRows`, [ids, width]. */
export async function embedTokens(
  model: Model,
  rows: { readonly ids: Int32Array; readonly mergeIndex: Int32Array; readonly imageRows: Int32Array },
  features: Tensor | null,
): Promise<Tensor> {
  const { backend, definition } = model;
  const embed = await model.program("text embed", () => definition.text.embed());
  const ids = backend.upload(rows.ids, [rows.ids.length]);
  let text: Tensor;
  try {
    text = output(await backend.run(embed, { ...model.outerFeeds, ids }), "hidden_out");
  } finally {
    backend.release(ids);
  }
  if (!features || rows.imageRows.length === 0) return text;
  const merge = await model.program("merge", () => visionOf(model).merge());
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

/** Logits of the rows `positions` of the last hidden states, [positions, vocabulary]. */
export async function logitsAt(model: Model, hidden: Tensor, positions: Int32Array): Promise<Tensor> {
  const program = await model.program("head", () => model.definition.text.head());
  const picked = model.backend.upload(positions, [positions.length]);
  try {
    return output(await model.backend.run(program, { ...model.outerFeeds, hidden, positions: picked }), "logits");
  } finally {
    model.backend.release(picked);
  }
}

/** Teacher-forced logits of every position that predicts a trace token of `batch`, [positions, vocabulary]. */
export async function traceLogits(
  model: Model,
  batch: Batch,
  masks: MaskSet,
  signal?: AbortSignal,
  positions: Int32Array = batch.positions,
): Promise<Tensor> {
  const { backend } = model;
  const size = batch.ids.length / batch.tokens;
  const frames = framesOf(batch, size);
  const features = frames.length > 0 ? await encodeFrames(model, frames, masks, signal) : null;
  const shared = sequenceFeeds(model, batch.tokens);
  try {
    const embedded = await embedTokens(model, batch, features);
    const run: TowerRun = { tower: "text", batch: size, masks, shared, signal };
    const { hidden } = await runTower(model, embedded, run);
    try {
      return await logitsAt(model, hidden, positions);
    } finally {
      backend.release(hidden);
    }
  } finally {
    backend.release(...Object.values(shared));
    if (features) backend.release(features);
  }
}
