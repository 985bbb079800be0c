/**
 * Calibration: one forward and one backward pass per run, layer by layer, with memory one layer deep. Only sums per
 * unit and per module are kept; they are read back once at the end.
 */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import type { Statistics } from "../core/statistics.ts";
import type { Tower } from "../core/unit.ts";
import { output, type Tensor } from "../runtime/backend.ts";
import { TOKEN_CLASS } from "../runtime/kernels/contract.ts";
import { type Accumulators, createAccumulators, type RunShape } from "./accumulators.ts";
import { backwardTower } from "./backward.ts";
import { type Batch, createBatch, type PreparedSample, requireWholePictures } from "./batch.ts";
import {
  BATCHES_PER_RUN,
  type CalibrationRun,
  HEAD_LOSSES,
  LOSS_TAPS,
  lossWeights,
  planRuns,
} from "./calibration-plan.ts";
import type { CalibrationProgress } from "./contract.ts";
import { connect, embedFrames, embedTokens, runTower, sequenceFeeds, visionOf } from "./forward.ts";
import { createMasks, type MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";

export interface CalibrationRequest {
  readonly samples: readonly PreparedSample[];
  readonly batchSize: number;
  /** Trace tokens on either side of a pivot. */
  readonly window: number;
  /**
   * Calibration batches that go through the graphs together, what suits the backend when absent: a matter of speed and
   * memory, not of numbers.
   */
  readonly batchesPerRun?: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: CalibrationProgress) => void) | undefined;
}

interface RunContext {
  readonly model: Model;
  readonly masks: MaskSet;
  readonly accumulators: Accumulators;
  readonly request: CalibrationRequest;
  readonly report: (pass: "forward" | "backward", layer: number) => void;
}

/** Gradients of all losses by the last hidden states of the text tower. */
async function headGradients(
  model: Model,
  hidden: Tensor,
  batch: Batch,
  weights: readonly Float32Array[],
): Promise<Tensor[]> {
  const { backend, definition } = model;
  const count = batch.positions.length;
  const program = await model.program("head backward", () => definition.text.headGradient(HEAD_LOSSES));
  const feeds: Record<string, Tensor> = {
    positions: backend.upload(batch.positions, [count]),
    inverse: backend.upload(batch.inverse, [batch.inverse.length]),
    targets: backend.upload(batch.targets, [count, 1]),
  };
  weights.forEach((values, loss) => {
    feeds[`weights.${loss}`] = backend.upload(values, [count, 1]);
  });
  try {
    const outputs = await backend.run(program, { ...model.outerFeeds, ...feeds, hidden });
    return weights.map((_, loss) => output(outputs, `hidden_gradient.${loss}`));
  } finally {
    backend.release(...Object.values(feeds));
  }
}

/** Module outputs of one layer go into the running token statistics of both its modules. */
function observer(context: RunContext, tower: Tower, classes: Tensor, rows: number) {
  return (layer: number, outputs: { attentionOutput: Tensor; mlpOutput: Tensor }) => {
    context.accumulators.observe(tower, layer, "attn", outputs.attentionOutput, classes, rows);
    context.accumulators.observe(tower, layer, "mlp", outputs.mlpOutput, classes, rows);
  };
}

/** Carries the gradients by the text tower's input back through merge, connector and vision tower. */
async function backwardVision(
  context: RunContext,
  run: CalibrationRun,
  batch: Batch,
  vision: { readonly hidden: Tensor; readonly inputs: Tensor[] },
  shape: RunShape,
  textGradients: readonly Tensor[],
): Promise<void> {
  const { model, masks, request } = context;
  const { backend } = model;
  const definition = visionOf(model);
  const frames = run.samples.length;
  // Frames of padding get the gradient of a row of padding, which is zero.
  const rows = run.samples.flatMap((sample, index) =>
    sample ? [] : Array.from({ length: definition.imageTokens }, () => index * batch.tokens),
  );
  const positions = backend.upload(Int32Array.of(...batch.imageRows, ...rows), [batch.imageRows.length + rows.length]);
  const featureGradients: Tensor[] = [];
  try {
    const merge = await model.program("merge backward", () => definition.mergeBackward());
    for (const gradient of textGradients) {
      featureGradients.push(output(await backend.run(merge, { gradient, positions }), "features_gradient"));
    }
    const connector = await model.program(`connector backward ${frames}`, () =>
      definition.connectorBackward(frames, HEAD_LOSSES.length),
    );
    const outputs = await backend.run(connector, {
      ...model.outerFeeds,
      hidden: vision.hidden,
      ...Object.fromEntries(featureGradients.map((gradient, loss) => [`gradient.${loss}`, gradient])),
    });
    const gradients = featureGradients.map((_, loss) => output(outputs, `hidden_gradient.${loss}`));
    const rest = await backwardTower(model, {
      tower: "vision",
      batch: frames,
      inputs: vision.inputs,
      gradients,
      losses: LOSS_TAPS,
      masks,
      shared: {},
      signal: request.signal,
      onTaps: (layer, taps) => context.accumulators.collect("vision", layer, taps, shape),
      onLayer: (layer) => context.report("backward", layer),
    });
    backend.release(...rest);
  } finally {
    backend.release(positions, ...featureGradients);
  }
}

async function calibrateRun(context: RunContext, run: CalibrationRun): Promise<number> {
  const { model, masks, accumulators, request } = context;
  const { backend, definition } = model;
  const { signal } = request;
  const batch = createBatch(run.samples, model.imageTokenId);
  const { weights, fisherWeights, pivotBatches } = lossWeights(run, batch, request.batchSize, request.window);
  const rows = batch.ids.length;
  const classes = backend.upload(batch.classes, [rows]);
  const shared = sequenceFeeds(model, batch.tokens);
  const shape: RunShape = {
    batches: run.batches,
    samplesPerBatch: run.samples.length / run.batches,
    rowsPerSample: batch.tokens,
    classes,
    fisherWeights: backend.upload(fisherWeights, [fisherWeights.length]),
  };
  const owned: Tensor[] = [classes, shape.fisherWeights, ...Object.values(shared)];
  try {
    let vision: { hidden: Tensor; inputs: Tensor[]; shape: RunShape } | null = null;
    let features: Tensor | null = null;
    const withFrames = batch.samples.some((sample) => sample.frames.length > 0);
    if (withFrames && definition.vision) {
      const frames = run.samples.map((sample) => sample?.frames[0] ?? null);
      const visionRows = frames.length * definition.vision.patches;
      const visionClasses = backend.upload(frameClasses(frames, definition.vision.patches), [visionRows]);
      owned.push(visionClasses);
      const forward = await runTower(model, await embedFrames(model, frames), {
        tower: "vision",
        batch: frames.length,
        masks,
        shared: {},
        signal,
        keepInputs: true,
        onModules: observer(context, "vision", visionClasses, visionRows),
        onLayer: (layer) => context.report("forward", layer),
      });
      vision = {
        ...forward,
        shape: { ...shape, rowsPerSample: definition.vision.patches, classes: visionClasses },
      };
      owned.push(vision.hidden, ...vision.inputs);
      features = await connect(model, vision.hidden, frames.length);
      owned.push(features);
    }
    const embedded = await embedTokens(model, batch, features);
    const text = await runTower(model, embedded, {
      tower: "text",
      batch: run.samples.length,
      masks,
      shared,
      signal,
      keepInputs: true,
      onModules: observer(context, "text", classes, rows),
      onLayer: (layer) => context.report("forward", (definition.vision?.layers ?? 0) + layer),
    });
    owned.push(text.hidden, ...text.inputs);
    const gradients = await backwardTower(model, {
      tower: "text",
      batch: run.samples.length,
      inputs: text.inputs,
      gradients: await headGradients(model, text.hidden, batch, weights),
      losses: LOSS_TAPS,
      masks,
      shared,
      signal,
      onTaps: (layer, taps) => accumulators.collect("text", layer, taps, shape),
      onLayer: (layer) => context.report("backward", (definition.vision?.layers ?? 0) + layer),
    });
    owned.push(...gradients);
    if (vision && features) await backwardVision(context, run, batch, vision, vision.shape, gradients);
    await backend.settle();
    return pivotBatches;
  } finally {
    backend.release(...new Set(owned));
  }
}

/** Vision tokens of real frames count as visual, those of padding not at all. */
function frameClasses(frames: readonly (Float32Array | null)[], patches: number): Int32Array {
  const classes = new Int32Array(frames.length * patches);
  frames.forEach((frame, index) => {
    if (frame) classes.fill(TOKEN_CLASS.visual, index * patches, (index + 1) * patches);
  });
  return classes;
}

/**
 * Runs the whole calibration.
 *
 * Throws `bad-input` without samples or with traces that are empty, `cancelled`, and what the backend throws; nothing
 * stays allocated then.
 */
export async function calibrate(model: Model, request: CalibrationRequest): Promise<Statistics> {
  const { samples } = request;
  if (samples.length === 0 || samples.some((sample) => sample.trace.length === 0)) {
    throw new PivotscopeError(
      "bad-input",
      samples.length === 0 ? "There are no calibration samples." : "A calibration sample has an empty trace.",
      "Calibrate on samples that have a question and a trace.",
    );
  }
  requireWholePictures(samples);
  const withFrame = samples.filter((sample) => sample.frames.length > 0).length;
  if (withFrame !== 0 && withFrame !== samples.length) {
    throw new PivotscopeError(
      "unsupported",
      `${withFrame} of ${samples.length} calibration samples have a picture.`,
      "Give every sample a picture, or none.",
    );
  }
  const runs = planRuns(samples, request.batchSize, request.batchesPerRun ?? BATCHES_PER_RUN[model.backend.kind]);
  const batches = runs.reduce((sum, run) => sum + run.batches, 0);
  const masks = createMasks(model, null);
  const accumulators = createAccumulators(model);
  const layers = model.definition.text.layers + (withFrame > 0 ? (model.definition.vision?.layers ?? 0) : 0);
  let pivotBatches = 0;
  let samplesDone = 0;
  try {
    for (const [index, run] of runs.entries()) {
      throwIfCancelled(request.signal);
      const inRun = run.samples.filter((sample) => sample !== null).length;
      let steps = 0;
      const report = (pass: "forward" | "backward", layer: number) => {
        steps++;
        request.onProgress?.({
          sample: samplesDone + inRun,
          samples: samples.length,
          pass,
          layer: layer + 1,
          layers,
          fraction: (index + steps / (2 * layers)) / runs.length,
        });
      };
      pivotBatches += await calibrateRun({ model, masks, accumulators, request, report }, run);
      samplesDone += inRun;
    }
    const sums = await accumulators.read({ samples: samples.length, batches, pivotBatches });
    return { ...sums, samples: samples.length, batches, pivotBatches };
  } finally {
    masks.release();
    accumulators.release();
  }
}
