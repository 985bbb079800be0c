/**
 * Layer views of the dense model (core/signals/layer-views): one forward pass per sample, layer by layer. Hidden states
 * and the inputs of the linear layers are read back; what stays between samples is a few sums per layer.
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import {
  createMean,
  DEFAULT_OUTLIER_FACTOR,
  density,
  directionChanges,
  type LayerView,
  type LayerViews,
  outlierShare,
  tokenCosines,
} from "../../core/signals/layer-views.ts";
import { TOWERS, type Tower } from "../../core/unit.ts";
import { type Graph, GraphBuilder } from "../../graph/graph.ts";
import { linear } from "../../graph/operations/linear.ts";
import type { LayerSpec } from "../../models/architectures/definition.ts";
import { type Feeds, output, settled, type Tensor } from "../../runtime/backend.ts";
import { TOKEN_CLASS } from "../../runtime/kernels/contract.ts";
import type { SampleProgress } from "../contract.ts";
import {
  createBatch,
  frameCountOf,
  loadSample,
  type PassSample,
  type PreparedSample,
  requireWholePictures,
} from "../pass/batch.ts";
import { connect, embedFrames } from "../pass/frames.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { embedTokens, sequenceFeeds } from "../pass/tokens.ts";
import { layerCount, layerOf, towerOf } from "../pass/towers.ts";
import { withLayerWeights } from "../pass/weight-precision.ts";

/** Calibration samples that are looked at where nobody says otherwise. */
export const DEFAULT_LAYER_VIEW_SAMPLES = 16;

export interface LayerViewRequest {
  /** OWL's M: how many times the layer's mean an entry exceeds to be an outlier. */
  readonly outlierFactor: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: SampleProgress) => void) | undefined;
}

/** What one layer has shown so far. */
interface LayerSums {
  readonly changes: ReturnType<typeof createMean>;
  readonly densities: ReturnType<typeof createMean>;
  /** Σ x² per column of the input of linear layers, by the tap's name. */
  readonly energies: Map<string, Float64Array>;
}

interface Context {
  readonly model: Model;
  readonly masks: MaskSet;
  readonly sums: Readonly<Record<Tower, readonly LayerSums[]>>;
  readonly signal: AbortSignal | undefined;
}

interface Pass {
  readonly tower: Tower;
  /** Feeds that are the same for every layer. */
  readonly shared: Feeds;
  /** 1 for visual tokens, 0 for text tokens; null in the vision tower, which sees no text. */
  readonly visual: Uint8Array | null;
}

/** @throws PivotscopeError `bad-input` for a factor that is not above 0. */
export function checkOutlierFactor(factor: number): void {
  if (Number.isFinite(factor) && factor > 0) return;
  throw new PivotscopeError(
    "bad-input",
    `The outlier factor is ${factor}; it has to be a number above 0.`,
    `Leave it out for ${DEFAULT_OUTLIER_FACTOR}.`,
  );
}

/** `values` [rows, width] → `products` [rows, rows], the inner products of all pairs of rows. */
export function rowProducts({ width }: { readonly width: number }): Graph {
  const builder = new GraphBuilder("row products");
  const values = builder.input("values", ["R", width]);
  builder.output("products", linear(builder, values, values));
  return builder.build();
}

/** TAMP's density of one sample's vectors, [tokens, width]; null without tokens of both kinds. */
async function densityOf(model: Model, values: Tensor, width: number, visual: Uint8Array): Promise<number | null> {
  const { backend } = model;
  const program = await model.programs.get(rowProducts, { width });
  const products = output(await backend.run(program, { values }), "products");
  try {
    const cosines = tokenCosines(await backend.read(products), visual);
    return cosines && density(cosines);
  } finally {
    backend.release(products);
  }
}

function addEnergy(energies: Map<string, Float64Array>, tap: string, values: Float32Array, columns: number): void {
  const sums = energies.get(tap) ?? new Float64Array(columns);
  energies.set(tap, sums);
  for (let row = 0; row < values.length; row += columns) {
    for (let column = 0; column < columns; column += 1) {
      const value = values[row + column] ?? 0;
      sums[column] = (sums[column] ?? 0) + value * value;
    }
  }
}

/** Columns of every tap that feeds a matrix of a layer. */
function inputTaps({ scored }: LayerSpec): ReadonlyMap<string, number> {
  return new Map(scored.map(({ inputTap, inputs }) => [inputTap, inputs]));
}

/** Runs `hidden`, of which it takes ownership, through a tower and returns the last hidden states. */
async function observeTower(context: Context, pass: Pass, hidden: Tensor): Promise<Tensor> {
  const { model, masks, signal } = context;
  const { tower, shared, visual } = pass;
  const { backend } = model;
  const definition = towerOf(model, tower);
  let current = hidden;
  try {
    let before = await backend.read(current);
    for (const [layer, { changes, densities, energies }] of context.sums[tower].entries()) {
      throwIfCancelled(signal);
      const spec = layerOf(definition, layer);
      const taps = inputTaps(spec);
      const program = await model.programs.get(definition.forward, {
        ...spec.shape,
        batch: 1,
        modules: true,
        inputs: true,
      });
      const others = { ...shared, ...masks.feeds(tower, layer), hidden: current };
      const outputs = await withLayerWeights(model, tower, layer, (weights) =>
        backend.run(program, { ...weights, ...others }),
      );
      const next = output(outputs, "hidden_out");
      backend.release(current);
      current = next;
      try {
        const after = await backend.read(current);
        for (const change of directionChanges(before, after, definition.width)) changes.add(change);
        before = after;
        for (const [tap, columns] of taps) {
          addEnergy(energies, tap, await backend.read(output(outputs, tap)), columns);
        }
        if (!visual) continue;
        for (const name of ["attention_output", "mlp_output"]) {
          const found = await densityOf(model, output(outputs, name), definition.width, visual);
          if (found !== null) densities.add(found);
        }
      } finally {
        backend.release(...Object.values(outputs).filter((tensor) => tensor !== next));
      }
    }
  } catch (error) {
    backend.release(current);
    throw error;
  }
  return current;
}

async function observeSample(context: Context, sample: PreparedSample): Promise<void> {
  const { model } = context;
  const batch = createBatch([sample], model.imageTokenId);
  const visual = Uint8Array.from(batch.classes, (kind) => (kind === TOKEN_CLASS.visual ? 1 : 0));
  const shared = sequenceFeeds(model, batch.tokens);
  const owned: Tensor[] = Object.values(shared);
  try {
    let features: Tensor | null = null;
    if (sample.frames.length > 0) {
      const pass: Pass = { tower: "vision", shared: {}, visual: null };
      const hidden = await observeTower(context, pass, await embedFrames(model, sample.frames));
      owned.push(hidden);
      features = await connect(model, hidden, sample.frames.length);
      owned.push(features);
    }
    const embedded = await embedTokens(model, batch, features);
    owned.push(await observeTower(context, { tower: "text", shared, visual }, embedded));
  } finally {
    model.backend.release(...owned);
  }
}

/** The outlier share of one layer, from its weights and the column sums of what went into them. */
async function layerOutliers(model: Model, tower: Tower, layer: number, sums: LayerSums, factor: number) {
  const weights = model.layerFeeds(tower, layer);
  const matrices = [];
  for (const { slot, inputTap } of layerOf(towerOf(model, tower), layer).scored) {
    const inputNorms = (sums.energies.get(inputTap) ?? new Float64Array()).map(Math.sqrt);
    matrices.push({ weight: await model.backend.read(output(weights, slot)), inputNorms });
  }
  return outlierShare(matrices, factor);
}

/**
 * Looks at every layer of the dense model on `samples`, prompt and trace together. Tokens of all samples are pooled for
 * block influence and column norms; densities are averaged over samples. Vision layers are left out when no sample has
 * a picture.
 *
 * Throws `bad-input` without samples or for a factor that is not above 0, `cancelled`, and what the backend throws;
 * nothing stays allocated then.
 */
export async function observeLayers(
  model: Model,
  samples: readonly PassSample[],
  request: LayerViewRequest,
): Promise<LayerViews> {
  const { outlierFactor, signal } = request;
  if (samples.length === 0) {
    throw new PivotscopeError("bad-input", "There are no samples to look at layers with.", "Give at least one sample.");
  }
  requireWholePictures(samples);
  checkOutlierFactor(outlierFactor);
  const sums = {
    text: createSums(layerCount(model, "text")),
    vision: createSums(samples.some((sample) => frameCountOf(sample) > 0) ? layerCount(model, "vision") : 0),
  };
  const masks = createMasks(model, null);
  try {
    for (const [index, sample] of samples.entries()) {
      throwIfCancelled(signal);
      const loaded = await loadSample(sample, signal);
      await settled(model.backend, () => observeSample({ model, masks, sums, signal }, loaded));
      request.onProgress?.({ done: index + 1, total: samples.length });
    }
  } finally {
    masks.release();
  }
  const layers: LayerView[] = [];
  for (const tower of TOWERS) {
    for (const [layer, seen] of sums[tower].entries()) {
      throwIfCancelled(signal);
      layers.push({
        tower,
        layer,
        blockInfluence: seen.changes.value(),
        outlierShare: await layerOutliers(model, tower, layer, seen, outlierFactor),
        tampDensity: seen.densities.count > 0 ? seen.densities.value() : null,
      });
    }
  }
  return { samples: samples.length, outlierFactor, layers };
}

function createSums(layers: number): LayerSums[] {
  return Array.from({ length: layers }, () => ({
    changes: createMean(),
    densities: createMean(),
    energies: new Map(),
  }));
}
