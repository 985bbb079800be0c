/**
 * One calibration run: samples of one or more batches through the model and back, layer by layer, with memory one layer
 * deep beside what went into each layer. Each tower goes in groups of samples as memory-plan.ts says.
 */
import { invariant } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import { TOKEN_CLASS } from "../../runtime/kernels/contract.ts";
import { backwardTower, type GroupTaps, type LayerTaps } from "../pass/backward.ts";
import { type Batch, createBatch } from "../pass/batch.ts";
import { connectGroups, embedFrameGroups, type FrameOrPadding, rowsOfFrames } from "../pass/frames.ts";
import { headGradients } from "../pass/head-gradients.ts";
import type { MaskSet } from "../pass/masks.ts";
import { groupSizes, type MemoryLimits, samplesAtOnce, sequencesOf } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { type Group, groupsOf, joinRows } from "../pass/rows.ts";
import { embedTokenGroups, sequenceFeeds } from "../pass/tokens.ts";
import { type LayerOutputs, runTower } from "../pass/tower-run.ts";
import { layerCount, visionOf } from "../pass/towers.ts";
import { outerFeedsOf, withSingleWeights } from "../pass/weight-precision.ts";
import type { Accumulators, GroupShape, RunShape } from "./accumulators.ts";
import { type CalibrationRun, HEAD_LOSSES, LOSS_TAPS, lossWeights } from "./calibration-plan.ts";

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

/** Groups the samples of a run for one tower and uploads the classes of their rows, which the caller releases. */
function shapeOf(
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
    return { samples: end - first, rowsPerSample, classes: model.backend.upload(own, [own.length]) };
  });
  return { ...run, tower, rowsPerSample, sizes, groups };
}

function classesOf({ groups }: TowerShape): Tensor[] {
  return groups.map(({ classes }) => classes);
}

/** Module outputs of one layer and group go into the running token statistics of both its modules. */
function observer({ accumulators }: RunContext, { tower, groups }: TowerShape) {
  return (layer: number, outputs: LayerOutputs, group: number) => {
    const shape = groups[group];
    invariant(shape, `The ${tower} tower has no group ${group}.`);
    accumulators.observe(tower, layer, "attn", outputs.attentionOutput, shape);
    accumulators.observe(tower, layer, "mlp", outputs.mlpOutput, shape);
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

/** Rows of the batch where the features of each of a group's frames stand. */
function featureRows(run: CalibrationRun, batch: Batch, { first, end }: Group): Int32Array {
  const { tokens } = rowsOfFrames(framesIn(run));
  const rows: number[] = [];
  for (let sample = first; sample < end; sample++) {
    const start = sample * batch.tokens;
    // Frames of padding get the gradient of a row of padding, which is zero.
    if (!run.samples[sample]) rows.push(...Array<number>(tokens).fill(start));
    else for (const row of batch.imageRows) if (row >= start && row < start + batch.tokens) rows.push(row);
  }
  return Int32Array.from(rows);
}

/**
 * Gradients by a group's last vision hidden states, one per loss, from those by the text tower's input, [rows, width];
 * back through merge and connector.
 */
async function connectorGradients(
  { model }: RunContext,
  hidden: Tensor,
  frames: number,
  rows: Int32Array,
  textGradients: readonly Tensor[],
): Promise<Tensor[]> {
  const { backend } = model;
  const definition = visionOf(model);
  const positions = backend.upload(rows, [rows.length]);
  const featureGradients: Tensor[] = [];
  try {
    const merge = await model.programs.get(definition.mergeBackward, {});
    for (const gradient of textGradients) {
      featureGradients.push(output(await backend.run(merge, { gradient, positions }), "features_gradient"));
    }
    const connector = await model.programs.get(definition.connectorBackward, {
      batch: frames,
      losses: HEAD_LOSSES.length,
    });
    const cotangents = Object.fromEntries(featureGradients.map((gradient, loss) => [`gradient.${loss}`, gradient]));
    const outputs = await withSingleWeights(model, outerFeedsOf(model, definition.connectorWeights), (weights) =>
      backend.run(connector, { ...weights, ...cotangents, hidden }),
    );
    return featureGradients.map((_, loss) => output(outputs, `hidden_gradient.${loss}`));
  } finally {
    backend.release(positions, ...featureGradients);
  }
}

/** Gradients by the last vision hidden states, of each group one per loss, from those by the text tower's input. */
async function visionGradients(
  context: RunContext,
  run: CalibrationRun,
  batch: Batch,
  vision: ForwardStates,
  textGradients: readonly (readonly Tensor[])[],
): Promise<Tensor[][]> {
  const { backend } = context.model;
  const remaining = new Set(textGradients.flat());
  const joined: Tensor[] = [];
  const gradients: Tensor[][] = [];
  try {
    // Frames and texts are grouped differently, so every group of frames picks from the rows of all texts.
    for (const loss of HEAD_LOSSES.keys()) {
      const parts = textGradients.flatMap((group) => group[loss] ?? []);
      for (const part of parts) remaining.delete(part);
      joined.push(await joinRows(context.model, parts));
    }
    for (const [index, group] of groupsOf(vision.shape.sizes).entries()) {
      const hidden = vision.hidden[index];
      invariant(hidden, `Group ${index} of the vision tower has no hidden states.`);
      const rows = featureRows(run, batch, group);
      gradients.push(await connectorGradients(context, hidden, group.end - group.first, rows, joined));
    }
    return gradients;
  } catch (error) {
    backend.release(...gradients.flat());
    throw error;
  } finally {
    backend.release(...joined, ...remaining);
  }
}

/** Goes back through one tower. Takes ownership of `gradients`; returns those by the tower's input. */
function goBack(
  context: RunContext,
  { shape, inputs }: ForwardStates,
  gradients: readonly (readonly Tensor[])[],
  rest: { readonly shared: Feeds; readonly firstLayer: number },
): Promise<Tensor[][]> {
  const { model, masks, request } = context;
  return backwardTower(model, {
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

/** Gradients by the text tower's last hidden states, of each group one per loss. */
async function textGradients(
  { model, request }: RunContext,
  batch: Batch,
  text: ForwardStates,
  weights: readonly Float32Array[],
): Promise<Tensor[][]> {
  const gradients: Tensor[][] = [];
  try {
    for (const [index, group] of groupsOf(text.shape.sizes).entries()) {
      const hidden = text.hidden[index];
      invariant(hidden, `Group ${index} of the text tower has no hidden states.`);
      gradients.push(
        await headGradients(model, hidden, { batch, group, losses: HEAD_LOSSES, weights, memory: request.memory }),
      );
    }
    return gradients;
  } catch (error) {
    model.backend.release(...gradients.flat());
    throw error;
  }
}

/** Takes one run through the model and back. Returns how many of its batches have tokens in a pivot window. */
export async function calibrateRun(context: RunContext, run: CalibrationRun): Promise<number> {
  const { model, masks, request } = context;
  const { backend, definition } = model;
  const { signal } = request;
  const batch = createBatch(run.samples, model.imageTokenId);
  const samplesPerBatch = run.samples.length / run.batches;
  const { weights, fisherWeights, pivotBatches } = lossWeights(run, batch, samplesPerBatch, request.window);
  const owned = new Set<Tensor>();
  const own = <Group extends readonly Tensor[]>(tensors: Group): Group => {
    for (const tensor of tensors) owned.add(tensor);
    return tensors;
  };
  const drop = (tensors: readonly Tensor[]) => {
    for (const tensor of tensors) owned.delete(tensor);
    backend.release(...tensors);
  };
  const visionLayers = layerCount(model, "vision");
  try {
    const fisher = backend.upload(fisherWeights, [fisherWeights.length]);
    own([fisher]);
    const rest = { batches: run.batches, samplesPerBatch, fisherWeights: fisher };
    let vision: ForwardStates | null = null;
    let features: Tensor | null = null;
    if (definition.vision && batch.samples.some((sample) => sample.frames.length > 0)) {
      const frames = framesIn(run);
      const { patches } = rowsOfFrames(frames);
      const shape = shapeOf(context, "vision", frameClasses(frames, patches), patches, rest);
      own(classesOf(shape));
      const forward = await runTower(model, await embedFrameGroups(model, frames, shape.sizes), {
        tower: "vision",
        groups: shape.sizes,
        masks,
        shared: {},
        signal,
        keepInputs: true,
        onModules: observer(context, shape),
        onLayer: (layer) => context.report("forward", layer),
      });
      vision = { ...forward, shape };
      own([...forward.hidden, ...forward.inputs.flat()]);
      features = await connectGroups(model, forward.hidden, shape.sizes);
      own([features]);
    }
    const shared = sequenceFeeds(model, batch.tokens);
    own(Object.values(shared));
    const shape = shapeOf(context, "text", batch.classes, batch.tokens, rest);
    own(classesOf(shape));
    const forward = await runTower(model, await embedTokenGroups(model, batch, features, shape.sizes), {
      tower: "text",
      groups: shape.sizes,
      masks,
      shared,
      signal,
      keepInputs: true,
      onModules: observer(context, shape),
      onLayer: (layer) => context.report("forward", visionLayers + layer),
    });
    const text: ForwardStates = { ...forward, shape };
    const states = own([...forward.hidden, ...forward.inputs.flat()]);
    const heads = await textGradients(context, batch, text, weights);
    const gradients = await goBack(context, text, heads, { shared, firstLayer: visionLayers });
    // What the text tower kept is not needed for the pictures.
    drop(states);
    if (vision) {
      const seen = await visionGradients(context, run, batch, vision, gradients);
      backend.release(...(await goBack(context, vision, seen, { shared: {}, firstLayer: 0 })).flat());
    } else {
      backend.release(...gradients.flat());
    }
    return pivotBatches;
  } finally {
    backend.release(...owned);
  }
}

/** The frame of each sample, null for padding. */
function framesIn(run: CalibrationRun): FrameOrPadding[] {
  return run.samples.map((sample) => sample?.frames[0] ?? null);
}

/** Vision tokens of real frames count as visual, those of padding not at all. */
function frameClasses(frames: readonly FrameOrPadding[], patches: number): Int32Array {
  const classes = new Int32Array(frames.length * patches);
  frames.forEach((frame, index) => {
    if (frame) classes.fill(TOKEN_CLASS.visual, index * patches, (index + 1) * patches);
  });
  return classes;
}
