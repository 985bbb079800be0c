/**
 * Running sums of calibration in backend memory: what µCRASP reads, and through baseline-accumulators.ts what the other
 * methods read.
 */
import { invariant } from "../../core/errors.ts";
import type { BaselineStatistics, Statistics } from "../../core/statistics.ts";
import { indexOf, type ModuleKind, rangeOf, type Tower } from "../../core/unit.ts";
import type { ScoredWeight } from "../../models/architectures/definition.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import { INPUT_STATISTICS } from "../../runtime/kernels/input-statistics/kernel.ts";
import { tokenStatisticsLength } from "../../runtime/kernels/token-statistics/kernel.ts";
import { MODULE_SIGNALS } from "../../runtime/kernels/token-statistics-summary/kernel.ts";
import type { CalibrationSums, SumName } from "../contract.ts";
import type { GroupTaps, LayerTaps } from "../pass/backward.ts";
import type { Model } from "../pass/model.ts";
import { joinRows } from "../pass/rows.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";
import { layerOf, towerOf } from "../pass/towers.ts";
import { COLUMN_TAPS, createBaselineAccumulators, type MatrixTaps, placesOf } from "./baseline-accumulators.ts";
import { LOSSES } from "./calibration-plan.ts";
import type { GroupShape, RunShape } from "./run-shape.ts";

const MODULE_KINDS: readonly ModuleKind[] = ["attn", "mlp"];

/** How much went into the sums. */
export interface CalibrationCounts {
  readonly samples: number;
  readonly batches: number;
  /** Batches with tokens in a pivot window; may be 0. */
  readonly pivotBatches: number;
}

type CalibrationOutcome = Omit<Statistics, keyof CalibrationCounts>;

export interface Accumulators {
  /** Takes in what the backward pass of one layer left, for scores that need a whole batch. */
  collect(tower: Tower, layer: number, taps: LayerTaps, shape: RunShape): Promise<void>;
  /** Takes in what counts sample by sample. Returns the outputs that nothing else needs. */
  collectGroup(tower: Tower, layer: number, taps: GroupTaps, shape: GroupShape): readonly string[];
  observe(tower: Tower, layer: number, kind: ModuleKind, values: Tensor, shape: GroupShape): void;
  read(counts: CalibrationCounts): Promise<CalibrationOutcome>;
  /** The sums as they stand, without loss. */
  sums(): Promise<CalibrationSums>;
}

/** A matrix with its input and the gradient of one loss by its output, of all groups; what is joined for it is the scope's. */
async function matrixTaps(
  scope: TensorScope,
  model: Model,
  scored: ScoredWeight,
  { weights, groups }: LayerTaps,
  loss: number,
): Promise<MatrixTaps> {
  const gradients = groups.map(({ outputs, gradients: own }) => {
    if (scored.gradientTap !== null) return output(outputs, `${scored.gradientTap}.${loss}`);
    const gradient = own[loss];
    invariant(gradient, `There is no gradient of loss ${loss}.`);
    return gradient;
  });
  const inputs = groups.map(({ outputs }) => output(outputs, scored.inputTap));
  return {
    weight: output(weights, scored.slot),
    input: await joinRows(scope, model, inputs),
    gradient: await joinRows(scope, model, gradients),
  };
}

/** Where the token statistics of each module begin, and how many numbers they are. */
function tokenPlaces(model: Model): { widths: number[]; offsets: number[]; length: number } {
  const widths = model.layout.modules.map((module) => towerOf(model, module.tower).width);
  let length = 0;
  const offsets = widths.map((width) => {
    const offset = length;
    length += tokenStatisticsLength(width);
    return offset;
  });
  return { widths, offsets, length };
}

/** How many numbers each of the sums has. */
export function sumLengths(model: Model): Readonly<Record<SumName, number>> {
  const { terms, columns } = placesOf(model);
  return {
    pivot: model.layout.unitCount,
    tokens: tokenPlaces(model).length,
    terms,
    inputs: INPUT_STATISTICS.length * columns,
    products: columns,
  };
}

/** Sums that start at zero, or where `from` left them (see `sumLengths`); they are the scope's. */
export function createAccumulators(
  scope: TensorScope,
  model: Model,
  from: CalibrationSums | null = null,
): Accumulators {
  const { backend, layout } = model;
  const { widths, offsets: statisticsOffsets } = tokenPlaces(model);
  const lengths = Object.entries(sumLengths(model)) as [SumName, number][];
  const tensors = Object.fromEntries(
    // A copy: on the cpu the tensor is that memory, and a record may be gone on with twice.
    lengths.map(([name, length]) => [name, scope.upload(from?.[name].slice() ?? new Float32Array(length), [length])]),
  ) as Readonly<Record<SumName, Tensor>>;
  const { pivot, tokens: statistics } = tensors;
  const baselines = createBaselineAccumulators(model, tensors);

  return {
    async collect(tower, layer, taps, shape) {
      for (const scored of layerOf(towerOf(model, tower), layer).scored) {
        const rowsPerSample = scored.ofPictures ? (shape.statesPerSample ?? 0) : shape.rowsPerSample;
        const module = indexOf(layout, tower, layer, scored.kind);
        using joined = openScope(backend);
        const global = await matrixTaps(joined, model, scored, taps, LOSSES.global);
        await baselines.collectMatrix(module, scored, global, { ...shape, rowsPerSample });
        joined.close();
        if (!scored.attributed) continue;
        await backend.kernels.weightGradient({
          ...(await matrixTaps(joined, model, scored, taps, LOSSES.pivot)),
          outputs: scored.outputs,
          inputs: scored.inputs,
          batches: shape.batches,
          rowsPerBatch: shape.samplesPerBatch * rowsPerSample,
          axis: scored.axis,
          groupSize: scored.groupSize,
          accumulator: pivot,
          accumulatorOffset: rangeOf(layout, module).first,
          scale: 1,
        });
      }
    },
    collectGroup(tower, layer, taps, shape) {
      for (const kind of MODULE_KINDS) baselines.collectColumns(indexOf(layout, tower, layer, kind), kind, taps, shape);
      return MODULE_KINDS.map((kind) => COLUMN_TAPS[kind].gradient);
    },
    observe(tower, layer, kind, values, { classes, samples, rowsPerSample }) {
      const index = indexOf(layout, tower, layer, kind);
      backend.kernels.tokenStatistics({
        values,
        classes,
        rows: samples * rowsPerSample,
        width: widths[index] ?? 0,
        accumulator: statistics,
        accumulatorOffset: statisticsOffsets[index] ?? 0,
      });
    },
    async sums() {
      const read: [SumName, Float32Array][] = [];
      for (const [name] of lengths) read.push([name, await backend.read(tensors[name])]);
      return Object.fromEntries(read) as Record<SumName, Float32Array>;
    },
    async read({ samples, batches, pivotBatches }) {
      const count = layout.modules.length;
      using turn = openScope(backend);
      const summary = turn.upload(new Float32Array(count * MODULE_SIGNALS.length), [count, MODULE_SIGNALS.length]);
      layout.modules.forEach((_, index) => {
        backend.kernels.tokenStatisticsSummary({
          accumulator: statistics,
          accumulatorOffset: statisticsOffsets[index] ?? 0,
          width: widths[index] ?? 0,
          result: summary,
          resultOffset: index * MODULE_SIGNALS.length,
        });
      });
      const signals = await backend.read(summary);
      const signal = (place: number) =>
        Float64Array.from(layout.modules, (_, index) => signals[index * MODULE_SIGNALS.length + place] ?? 0);
      const pivotSums = await backend.read(pivot);
      const collected = await baselines.read(samples, batches);
      return {
        attributionGlobal: globalAttribution(model, collected),
        attributionPivot: Float64Array.from(pivotSums, (value) => (pivotBatches > 0 ? value / pivotBatches : 0)),
        cmds: signal(MODULE_SIGNALS.cmds),
        sens: signal(MODULE_SIGNALS.sens),
        baselines: collected,
      };
    },
  };
}

/**
 * Ā_global of µCRASP (arXiv 2605.25842) is LLM-Pruner's first order term of the global loss, summed over the lines that
 * a unit owns in the attributed matrices: one kernel gives both.
 */
function globalAttribution(model: Model, baselines: BaselineStatistics): Float64Array {
  const { layout } = model;
  const attribution = new Float64Array(layout.unitCount);
  layout.modules.forEach((module, index) => {
    const attributed = layerOf(towerOf(model, module.tower), module.layer).scored.filter(
      (scored) => scored.kind === module.kind && scored.attributed,
    );
    const offset = rangeOf(layout, index).first;
    for (const { matrix, taylorFirst, linesPerUnit } of baselines.modules[index]?.matrices ?? []) {
      if (!attributed.some((scored) => scored.slot === matrix)) continue;
      taylorFirst.forEach((value, line) => {
        (attribution[offset + Math.floor(line / linesPerUnit)] as number) += value;
      });
    }
  });
  return attribution;
}
