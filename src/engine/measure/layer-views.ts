/**
 * Layer views of the dense model (core/signals/layer-views): one forward pass per sample, layer by layer. Hidden states
 * and the inputs of the linear layers are read back; what stays between samples is a few sums per layer.
 */

import { invariant, PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
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
import { output, settled, type Tensor } from "../../runtime/backend.ts";
import { TOKEN_CLASS } from "../../runtime/kernels/token-class.ts";
import type { SampleProgress } from "../contract.ts";
import {
  createBatch,
  frameCountOf,
  loadSample,
  type PassSample,
  type PreparedSample,
  requireWholePictures,
} from "../pass/batch.ts";
import { enterText } from "../pass/enter-text.ts";
import { connectGroups, type PictureFeatures } from "../pass/features.ts";
import { allFinite, notFiniteResult } from "../pass/finite-results.ts";
import { embedFrames, frameFeeds, mostPatches } from "../pass/frames.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";
import { type PassedTower, pass, type Seen, type TowerRequest } from "../pass/tower-run.ts";
import { layerCount, layerOf, towerOf, visionOf } from "../pass/towers.ts";

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
  /** The one that is looked at. */
  readonly sample: PreparedSample;
}

interface Look extends Pick<TowerRequest, "shared" | "behind" | "keepLayers"> {
  readonly tower: Tower;
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
  using scope = openScope(backend);
  const products = output(await scope.run(program, { values }), "products");
  const cosines = tokenCosines(await backend.read(products), visual);
  return cosines && density(cosines);
}

function addEnergy(energies: Map<string, Float64Array>, tap: string, values: Float32Array, columns: number): void {
  const sums = energies.get(tap) ?? new Float64Array(columns);
  energies.set(tap, sums);
  for (let row = 0; row < values.length; row += columns) {
    for (let column = 0; column < columns; column++) {
      const value = values[row + column] ?? 0;
      sums[column] = (sums[column] ?? 0) + value * value;
    }
  }
}

/** Columns of every tap that feeds a matrix of a layer. */
function inputTaps({ scored }: LayerSpec): ReadonlyMap<string, number> {
  return new Map(scored.map(({ inputTap, inputs }) => [inputTap, inputs]));
}

/** Takes `hidden` through a tower and looks at every layer; it is the scope's, as is what is returned. */
async function observeTower(
  scope: TensorScope,
  context: Context,
  look: Look,
  hidden: readonly Tensor[],
): Promise<PassedTower> {
  const { model, masks, signal, sums, sample } = context;
  const { tower, visual, ...rest } = look;
  const { backend } = model;
  const definition = towerOf(model, tower);
  let last: Tensor | null = null;
  let before: Float32Array = new Float32Array();
  const onGroup = async ({ layer, input, hidden: current, captured }: Seen) => {
    // Behind some layers something is added.
    if (input !== last) before = await backend.read(input);
    last = current;
    const layerSums = sums[tower][layer];
    invariant(layerSums, `There are no sums for ${tower} layer ${layer}.`);
    const { changes, densities, energies } = layerSums;
    const after = await backend.read(current);
    if (!allFinite(after))
      throw await notFiniteResult(model, "The hidden states", [sample], { masks, precision: "float32", signal });
    for (const change of directionChanges(before, after, definition.width)) changes.add(change);
    before = after;
    for (const [tap, columns] of inputTaps(layerOf(definition, layer)))
      addEnergy(energies, tap, await backend.read(output(captured, tap)), columns);
    if (!visual) return;
    for (const name of ["attention_output", "mlp_output"]) {
      const found = await densityOf(model, output(captured, name), definition.width, visual);
      if (found !== null) densities.add(found);
    }
  };
  const request: TowerRequest = { ...rest, groups: [1], masks, signal, capture: ["modules", "inputs"], onGroup };
  return await pass(scope, model, tower, hidden, request);
}

async function observeSample(context: Context): Promise<void> {
  const { model, sample } = context;
  const batch = createBatch([sample], model.imageTokenId);
  const visual = Uint8Array.from(batch.classes, (kind) => (kind === TOKEN_CLASS.visual ? 1 : 0));
  using scope = openScope(model.backend);
  let features: PictureFeatures | null = null;
  if (sample.frames.length > 0) {
    const embedded = scope.own(await embedFrames(model, sample.frames));
    const { frames } = sample;
    const sizes = [frames.length];
    const shared = frameFeeds(scope, model, frames, mostPatches(frames), sizes);
    const { connectorLayers: keepLayers } = visionOf(model);
    const seen = await observeTower(scope, context, { tower: "vision", shared, keepLayers, visual: null }, [embedded]);
    features = await connectGroups(scope, model, { frames, sizes, ...seen });
  }
  const entered = await enterText(scope, model, batch, features, [1]);
  await observeTower(scope, context, { tower: "text", ...entered, visual }, entered.hidden);
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
  using masks = createMasks(model, null);
  for (const [index, sample] of samples.entries()) {
    throwIfCancelled(signal);
    const context = { model, masks, sums, signal, sample: await loadSample(sample, signal) };
    await settled(model.backend, () => observeSample(context));
    request.onProgress?.({ done: index + 1, total: samples.length });
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
