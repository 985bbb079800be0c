/**
 * One calibration run: samples of one or more batches through the model and back, layer by layer, with memory one layer
 * deep beside what went into each layer. Each tower goes in groups of samples as memory-plan.ts says.
 */
import { invariant } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import { TOKEN_CLASS } from "../../runtime/kernels/token-class.ts";
import {
  type BackwardRequest,
  backwardTower,
  type GroupTaps,
  type LayerTaps,
  type TowerGradients,
} from "../pass/backward.ts";
import { type Batch, createBatch } from "../pass/batch.ts";
import { attendsToPictures, enterText } from "../pass/enter-text.ts";
import { connectGroups, type FrameOrPadding, type PictureFeatures } from "../pass/features.ts";
import { embedFrameGroups, frameFeeds, mostPatches } from "../pass/frames.ts";
import { headGradients } from "../pass/head-gradients.ts";
import type { SharedFeeds } from "../pass/layer-feeds.ts";
import type { MaskSet } from "../pass/masks.ts";
import { groupSizes, type MemoryLimits, samplesAtOnce, sequencesOf } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { groupsOf } from "../pass/rows.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";
import { pass, type Seen, type TowerRequest } from "../pass/tower-run.ts";
import { layerCount, layerOf, towerOf, visionOf } from "../pass/towers.ts";
import type { Accumulators } from "./accumulators.ts";
import { type CalibrationRun, HEAD_LOSSES, LOSS_TAPS, lossWeights } from "./calibration-plan.ts";
import { backThroughConnector, type FeatureGradients, featureRows, gradientsOfRows } from "./picture-gradients.ts";
import type { GroupShape, RunShape } from "./run-shape.ts";

export interface RunContext {
  readonly model: Model;
  readonly masks: MaskSet;
  readonly accumulators: Accumulators;
  readonly request: {
    /** Trace tokens on either side of a pivot. */
    readonly window: number;
    readonly memory: MemoryLimits;
    readonly signal: AbortSignal | undefined;
  };
  readonly report: (pass: "forward" | "backward", layer: number) => void;
}

/** What the passes of one tower share: how its samples are grouped, and what every group's rows are. */
interface TowerShape extends RunShape {
  readonly tower: Tower;
  /** Samples of each group. */
  readonly sizes: readonly number[];
  readonly groups: readonly GroupShape[];
  /** The same for layers that attend to pictures: rows of samples without one count nowhere. */
  readonly pictured?: readonly GroupShape[];
}

/** How the rows of a group count in a layer. */
function groupShape({ model }: RunContext, shape: TowerShape, layer: number, group: number): GroupShape {
  const spec = layerOf(towerOf(model, shape.tower), layer);
  const groups = shape.pictured && attendsToPictures(model.definition, spec) ? shape.pictured : shape.groups;
  const found = groups[group];
  invariant(found, `The ${shape.tower} tower has no group ${group}.`);
  return found;
}

/** Groups the samples of a run for one tower and uploads the classes of their rows, which are the scope's. */
function shapeOf(
  scope: TensorScope,
  { model, request }: RunContext,
  tower: Tower,
  classes: Int32Array,
  rowsPerSample: number,
  run: Pick<RunShape, "batches" | "samplesPerBatch" | "fisherWeights">,
): TowerShape {
  const sequences = sequencesOf(model.definition, tower, rowsPerSample);
  const sizes = groupSizes(
    run.batches * run.samplesPerBatch,
    samplesAtOnce(sequences, LOSS_TAPS.length, request.memory),
  );
  const groups = groupsOf(sizes).map(({ first, end }): GroupShape => {
    const own = classes.subarray(first * rowsPerSample, end * rowsPerSample);
    return { samples: end - first, rowsPerSample, classes: scope.upload(own, [own.length]) };
  });
  return { ...run, tower, rowsPerSample, sizes, groups };
}

/** Module outputs of one layer and group go into the running token statistics of both its modules. */
function observer(context: RunContext, towerShape: TowerShape) {
  const { accumulators } = context;
  const { tower } = towerShape;
  return ({ layer, group, captured }: Seen) => {
    const shape = groupShape(context, towerShape, layer, group);
    accumulators.observe(tower, layer, "attn", output(captured, "attention_output"), shape);
    accumulators.observe(tower, layer, "mlp", output(captured, "mlp_output"), shape);
  };
}

/** What a backward pass does with the taps of each layer. */
function collector(context: RunContext, shape: TowerShape) {
  const { accumulators } = context;
  return {
    onGroup: (layer: number, taps: GroupTaps, group: number) =>
      accumulators.collectGroup(shape.tower, layer, taps, groupShape(context, shape, layer, group)),
    onTaps: (layer: number, taps: LayerTaps) => accumulators.collect(shape.tower, layer, taps, shape),
  };
}

/** What a forward pass left of one tower, group by group. */
interface ForwardStates {
  readonly shape: TowerShape;
  readonly hidden: readonly Tensor[];
  readonly inputs: readonly (readonly Tensor[])[];
  readonly kept: readonly (readonly Tensor[])[];
}

/** Goes back through one tower from `gradients`; they, and those that it returns, are the scope's. */
function goBack(
  scope: TensorScope,
  context: RunContext,
  { shape, inputs }: ForwardStates,
  gradients: readonly (readonly Tensor[])[],
  rest: TowerRest & Pick<BackwardRequest, "further" | "onInput">,
): Promise<TowerGradients> {
  const { model, masks, request } = context;
  const { firstLayer, ...feeds } = rest;
  return backwardTower(scope, model, {
    ...feeds,
    tower: shape.tower,
    groups: shape.sizes,
    inputs,
    gradients,
    losses: LOSS_TAPS,
    masks,
    signal: request.signal,
    ...collector(context, shape),
    onLayer: (layer) => context.report("backward", firstLayer + layer),
  });
}

/** Gradients by the text tower's last hidden states, of each group one per loss; they are the scope's. */
async function textGradients(
  scope: TensorScope,
  { model, request }: RunContext,
  batch: Batch,
  text: ForwardStates,
  weights: readonly Float32Array[],
): Promise<Tensor[][]> {
  const gradients: Tensor[][] = [];
  for (const [index, group] of groupsOf(text.shape.sizes).entries()) {
    const hidden = text.hidden[index];
    invariant(hidden, `Group ${index} of the text tower has no hidden states.`);
    const { memory } = request;
    gradients.push(await headGradients(scope, model, hidden, { batch, group, losses: HEAD_LOSSES, weights, memory }));
  }
  return gradients;
}

/** What one tower's passes are given beside hidden states. */
interface TowerRest extends Pick<TowerRequest, "behind" | "keepLayers"> {
  readonly shared: SharedFeeds;
  /** Layers of the towers before it, for reports. */
  readonly firstLayer: number;
}

/** Takes the hidden states of one tower through it; what goes into every layer is kept, in the scope. */
async function goForward(
  scope: TensorScope,
  context: RunContext,
  shape: TowerShape,
  hidden: readonly Tensor[],
  { firstLayer, ...rest }: TowerRest,
): Promise<ForwardStates> {
  const { model, masks, request } = context;
  const forward = await pass(scope, model, shape.tower, hidden, {
    ...rest,
    groups: shape.sizes,
    masks,
    signal: request.signal,
    keepInputs: true,
    capture: ["modules"],
    onGroup: observer(context, shape),
    onLayer: (layer) => context.report("forward", firstLayer + layer),
  });
  return { ...forward, shape };
}

/** The vision tower's forward pass over a run's frames, and what is needed to go back. */
interface SeenRun {
  readonly states: ForwardStates;
  readonly rest: TowerRest;
  readonly frames: readonly FrameOrPadding[];
  readonly features: PictureFeatures;
}

/** Takes a run's frames through the vision tower and the connector; null where it has none. All of it is the scope's. */
async function lookAt(
  scope: TensorScope,
  context: RunContext,
  run: CalibrationRun,
  rest: Parameters<typeof shapeOf>[5],
): Promise<SeenRun | null> {
  const { model } = context;
  const frames = run.samples.map((sample) => sample?.frames[0] ?? null);
  if (!model.definition.vision || frames.every((frame) => frame === null)) return null;
  const patches = mostPatches(frames);
  const shape = shapeOf(scope, context, "vision", frameClasses(frames, patches), patches, rest);
  const embedded = await embedFrameGroups(scope, model, frames, shape.sizes);
  const ofTower: TowerRest = {
    shared: frameFeeds(scope, model, frames, patches, shape.sizes),
    keepLayers: model.definition.vision.connectorLayers,
    firstLayer: 0,
  };
  const states = await goForward(scope, context, shape, embedded, ofTower);
  const features = await connectGroups(scope, model, { frames, sizes: shape.sizes, ...states });
  return { states, rest: ofTower, frames, features };
}

/** Goes back through the vision tower from what the text tower's way back left of the features. */
async function lookBack(
  scope: TensorScope,
  context: RunContext,
  { states, rest, frames }: SeenRun,
  features: readonly FeatureGradients[],
): Promise<void> {
  const { model } = context;
  const { connectorLayers } = visionOf(model);
  const seen = { frames, sizes: states.shape.sizes, ...states };
  const { hidden, kept } = await backThroughConnector(scope, model, seen, features);
  for (const gradients of features) scope.release(...gradients);
  const further = new Map(connectorLayers.map((layer, place) => [layer, kept[place] ?? []] as const));
  await goBack(scope, context, states, hidden, { ...rest, further });
}

/** The text tower's shape where layers attend to `statesPerSample` rows of each sample's pictures. */
function attended(scope: TensorScope, shape: TowerShape, batch: Batch, statesPerSample: number): TowerShape {
  const classes = batch.classes.slice();
  batch.places.forEach((sample, place) => {
    if (sample && sample.frames.length > 0) return;
    classes.fill(TOKEN_CLASS.ignored, place * batch.tokens, (place + 1) * batch.tokens);
  });
  const pictured = groupsOf(shape.sizes).map(({ first, end }, group): GroupShape => {
    const own = classes.subarray(first * batch.tokens, end * batch.tokens);
    return { ...(shape.groups[group] as GroupShape), classes: scope.upload(own, [own.length]) };
  });
  return { ...shape, statesPerSample, pictured };
}

/** Takes one run through the model and back. Returns how many of its batches have tokens in a pivot window. */
export async function calibrateRun(context: RunContext, run: CalibrationRun): Promise<number> {
  const { model, request } = context;
  const { backend } = model;
  const batch = createBatch(run.samples, model.imageTokenId);
  const samplesPerBatch = run.samples.length / run.batches;
  const { weights, fisherWeights, pivotBatches } = lossWeights(run, batch, samplesPerBatch, request.window);
  using scope = openScope(backend);
  const fisher = scope.upload(fisherWeights, [fisherWeights.length]);
  const rest = { batches: run.batches, samplesPerBatch, fisherWeights: fisher };
  const seen = await lookAt(scope, context, run, rest);
  const byFeatures: FeatureGradients[] = [];
  const rows = seen && featureRows(seen.frames, batch);
  using ofText = openScope(backend);
  const all = shapeOf(scope, context, "text", batch.classes, batch.tokens, rest);
  const entered = await enterText(ofText, model, batch, seen?.features ?? null, all.sizes);
  const { hidden, shared, behind } = entered;
  const shape = entered.states === null ? all : attended(scope, all, batch, entered.states);
  const forText: TowerRest = { shared, behind, firstLayer: layerCount(model, "vision") };
  const text = await goForward(ofText, context, shape, hidden, forText);
  const heads = await textGradients(ofText, context, batch, text, weights);
  const added = model.definition.vision?.addedBehind ?? [];
  const { input, states } = await goBack(ofText, context, text, heads, {
    ...forText,
    async onInput(layer, gradients) {
      const place = added.indexOf(layer - 1);
      if (place >= 0 && rows) byFeatures[place + 1] = await gradientsOfRows(scope, model, gradients, rows);
    },
  });
  // States of samples are the features of their frames: each has one.
  if (rows) byFeatures[0] = await gradientsOfRows(scope, model, states ?? input, states ? null : rows);
  if (states?.length === 1) scope.own(ofText.give(states.flat()));
  // What the text tower kept is not needed for the pictures.
  ofText.close();
  if (seen) await lookBack(scope, context, seen, byFeatures);
  return pivotBatches;
}

/** Patches of frames count as visual, padding and rows that hold nothing not at all. */
function frameClasses(frames: readonly FrameOrPadding[], patches: number): Int32Array {
  const classes = new Int32Array(frames.length * patches).fill(TOKEN_CLASS.ignored);
  frames.forEach((frame, index) => {
    if (!frame) return;
    const start = index * patches;
    classes.fill(TOKEN_CLASS.visual, start, start + frame.patches);
    for (const [begin, end] of frame.idle ?? []) classes.fill(TOKEN_CLASS.ignored, start + begin, start + end);
  });
  return classes;
}
