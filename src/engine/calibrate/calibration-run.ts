/**
 * One calibration run: samples of one or more batches through the model and back, layer by layer, with memory one layer
 * deep beside what went into each layer. Each tower goes in groups of samples as memory-plan.ts says.
 */
import { invariant } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import { TOKEN_CLASS } from "../../runtime/kernels/token-class.ts";
import { backwardTower, type GroupTaps, type LayerTaps } from "../pass/backward.ts";
import { type Batch, createBatch } from "../pass/batch.ts";
import { connectGroups, embedFrameGroups, type FrameOrPadding, frameFeeds, rowsOfFrames } from "../pass/frames.ts";
import { headGradients } from "../pass/head-gradients.ts";
import { nothingShared, type SharedFeeds } from "../pass/layer-feeds.ts";
import type { MaskSet } from "../pass/masks.ts";
import { groupSizes, type MemoryLimits, samplesAtOnce, sequencesOf } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { type Group, groupsOf, joinRows } from "../pass/rows.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";
import { embedTokenGroups, textFeeds } from "../pass/tokens.ts";
import { pass, type Seen } from "../pass/tower-run.ts";
import { layerCount, visionOf } from "../pass/towers.ts";
import { outerFeedsOf, singleWeights } from "../pass/weight-precision.ts";
import type { Accumulators } from "./accumulators.ts";
import { type CalibrationRun, HEAD_LOSSES, LOSS_TAPS, lossWeights } from "./calibration-plan.ts";
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
function observer({ accumulators }: RunContext, { tower, groups }: TowerShape) {
  return ({ layer, group, captured }: Seen) => {
    const shape = groups[group];
    invariant(shape, `The ${tower} tower has no group ${group}.`);
    accumulators.observe(tower, layer, "attn", output(captured, "attention_output"), shape);
    accumulators.observe(tower, layer, "mlp", output(captured, "mlp_output"), shape);
  };
}

/** What a backward pass does with the taps of each layer. */
function collector({ accumulators }: RunContext, shape: TowerShape) {
  return {
    onGroup: (layer: number, taps: GroupTaps, group: number) => {
      const own = shape.groups[group];
      invariant(own, `The ${shape.tower} tower has no group ${group}.`);
      return accumulators.collectGroup(shape.tower, layer, taps, own);
    },
    onTaps: (layer: number, taps: LayerTaps) => accumulators.collect(shape.tower, layer, taps, shape),
  };
}

/** What a forward pass left of one tower, group by group. */
interface ForwardStates {
  readonly shape: TowerShape;
  readonly hidden: readonly Tensor[];
  readonly inputs: readonly (readonly Tensor[])[];
}

/**
 * Rows of the batch where the features of each of a group's frames stand, as many of each as of the largest. Those that
 * padding gives get the gradient of a sequence's last row, which is zero: nothing is predicted from it, and nothing sees it.
 */
function featureRows(run: CalibrationRun, batch: Batch, { first, end }: Group): Int32Array {
  const { tokens } = rowsOfFrames(framesIn(run));
  const rows = new Int32Array((end - first) * tokens);
  for (let sample = first; sample < end; sample++) {
    const start = sample * batch.tokens;
    const stop = start + batch.tokens;
    rows.fill(stop - 1, (sample - first) * tokens, (sample - first + 1) * tokens);
    rows.set(
      batch.imageRows.filter((row) => row >= start && row < stop),
      (sample - first) * tokens,
    );
  }
  return rows;
}

/**
 * Gradients by a group's last vision hidden states, one per loss, from those by the text tower's input, [rows, width];
 * back through merge and connector. They are the scope's.
 */
async function connectorGradients(
  scope: TensorScope,
  { model }: RunContext,
  hidden: Tensor,
  frames: number,
  rows: Int32Array,
  textGradients: readonly Tensor[],
): Promise<Tensor[]> {
  const definition = visionOf(model);
  using turn = openScope(model.backend);
  const positions = turn.upload(rows, [rows.length]);
  const merge = await model.programs.get(definition.mergeBackward, {});
  const cotangents: Record<string, Tensor> = {};
  for (const [loss, gradient] of textGradients.entries()) {
    cotangents[`gradient.${loss}`] = output(await turn.run(merge, { gradient, positions }), "features_gradient");
  }
  const options = { batch: frames, losses: HEAD_LOSSES.length };
  const connector = await model.programs.get(definition.connectorBackward, options);
  const weights = await singleWeights(turn, model, outerFeedsOf(model, definition.connectorWeights));
  const outputs = await turn.run(connector, { ...weights, ...cotangents, hidden });
  return scope.own(turn.give(textGradients.map((_, loss) => output(outputs, `hidden_gradient.${loss}`))));
}

/**
 * Gradients by the last vision hidden states, of each group one per loss, from those by the text tower's input; all of them
 * are the scope's.
 */
async function visionGradients(
  scope: TensorScope,
  context: RunContext,
  run: CalibrationRun,
  batch: Batch,
  vision: ForwardStates,
  textGradients: readonly (readonly Tensor[])[],
): Promise<Tensor[][]> {
  using joined = openScope(context.model.backend);
  const byText: Tensor[] = [];
  // Frames and texts are grouped differently, so every group of frames picks from the rows of all texts.
  for (const loss of HEAD_LOSSES.keys()) {
    const parts = joined.own(scope.give(textGradients.flatMap((group) => group[loss] ?? [])));
    byText.push(await joinRows(joined, context.model, parts));
    if (parts.length > 1) joined.release(...parts);
  }
  const gradients: Tensor[][] = [];
  for (const [index, group] of groupsOf(vision.shape.sizes).entries()) {
    const hidden = vision.hidden[index];
    invariant(hidden, `Group ${index} of the vision tower has no hidden states.`);
    const rows = featureRows(run, batch, group);
    gradients.push(await connectorGradients(scope, context, hidden, group.end - group.first, rows, byText));
  }
  return gradients;
}

/** Goes back through one tower from `gradients`; they, and those by the tower's input that it returns, are the scope's. */
function goBack(
  scope: TensorScope,
  context: RunContext,
  { shape, inputs }: ForwardStates,
  gradients: readonly (readonly Tensor[])[],
  rest: { readonly shared: SharedFeeds; readonly firstLayer: number },
): Promise<readonly (readonly Tensor[])[]> {
  const { model, masks, request } = context;
  return backwardTower(scope, model, {
    tower: shape.tower,
    groups: shape.sizes,
    inputs,
    gradients,
    losses: LOSS_TAPS,
    masks,
    shared: rest.shared,
    signal: request.signal,
    ...collector(context, shape),
    onLayer: (layer) => context.report("backward", rest.firstLayer + layer),
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

/** Takes the hidden states of one tower through it; what goes into every layer is kept, in the scope. */
async function goForward(
  scope: TensorScope,
  context: RunContext,
  shape: TowerShape,
  hidden: readonly Tensor[],
  rest: { readonly shared: SharedFeeds; readonly firstLayer: number },
): Promise<ForwardStates> {
  const { model, masks, request } = context;
  const forward = await pass(scope, model, shape.tower, hidden, {
    groups: shape.sizes,
    masks,
    shared: rest.shared,
    signal: request.signal,
    keepInputs: true,
    capture: ["modules"],
    onGroup: observer(context, shape),
    onLayer: (layer) => context.report("forward", rest.firstLayer + layer),
  });
  return { ...forward, shape };
}

/** Takes one run through the model and back. Returns how many of its batches have tokens in a pivot window. */
export async function calibrateRun(context: RunContext, run: CalibrationRun): Promise<number> {
  const { model, request } = context;
  const { backend, definition } = model;
  const batch = createBatch(run.samples, model.imageTokenId);
  const samplesPerBatch = run.samples.length / run.batches;
  const { weights, fisherWeights, pivotBatches } = lossWeights(run, batch, samplesPerBatch, request.window);
  using scope = openScope(backend);
  const fisher = scope.upload(fisherWeights, [fisherWeights.length]);
  const rest = { batches: run.batches, samplesPerBatch, fisherWeights: fisher };
  let ofVision = { shared: nothingShared, firstLayer: 0 };
  let vision: ForwardStates | null = null;
  let features: Tensor | null = null;
  if (definition.vision && batch.samples.some((sample) => sample.frames.length > 0)) {
    const frames = framesIn(run);
    const { patches } = rowsOfFrames(frames);
    const shape = shapeOf(scope, context, "vision", frameClasses(frames, patches), patches, rest);
    const embedded = await embedFrameGroups(scope, model, frames, shape.sizes);
    ofVision = { shared: frameFeeds(scope, model, frames, { patches }, shape.sizes), firstLayer: 0 };
    vision = await goForward(scope, context, shape, embedded, ofVision);
    features = await connectGroups(scope, model, vision.hidden, { frames, sizes: shape.sizes });
  }
  using ofText = openScope(backend);
  const shape = shapeOf(scope, context, "text", batch.classes, batch.tokens, rest);
  const forText = { shared: textFeeds(scope, model, batch, shape.sizes), firstLayer: layerCount(model, "vision") };
  const embedded = await embedTokenGroups(ofText, model, batch, features, shape.sizes);
  const text = await goForward(ofText, context, shape, embedded, forText);
  const heads = await textGradients(scope, context, batch, text, weights);
  const gradients = await goBack(scope, context, text, heads, forText);
  // What the text tower kept is not needed for the pictures.
  ofText.close();
  if (vision) {
    const seen = await visionGradients(scope, context, run, batch, vision, gradients);
    await goBack(scope, context, vision, seen, ofVision);
  }
  return pivotBatches;
}

/** The frame of each sample, null for padding. */
function framesIn(run: CalibrationRun): FrameOrPadding[] {
  return run.samples.map((sample) => sample?.frames[0] ?? null);
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
