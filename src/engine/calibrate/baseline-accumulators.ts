/**
 * Running sums in backend memory of what the methods beside µCRASP read: terms per line of every matrix, statistics of
 * the last projections' inputs, and what their columns attribute to the trace tokens' probability.
 */
import type { BaselineStatistics, InputStatistics, MatrixTerms } from "../../core/statistics.ts";
import { type Module, type ModuleKind, rangeOf } from "../../core/unit.ts";
import type { ScoredWeight } from "../../models/architectures/definition.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import { INPUT_STATISTICS } from "../../runtime/kernels/input-statistics/kernel.ts";
import { LINE_TERMS } from "../../runtime/kernels/line-terms/kernel.ts";
import type { GroupTaps } from "../pass/backward.ts";
import type { Model } from "../pass/model.ts";
import { columnsOf, layerOf, towerOf } from "../pass/towers.ts";
import { LOSSES } from "./calibration-plan.ts";
import { lineCountOf, readLineNorms, weightTerms } from "./line-norms.ts";
import type { GroupShape, RunShape } from "./run-shape.ts";

export interface MatrixTaps {
  readonly weight: Tensor;
  readonly input: Tensor;
  readonly gradient: Tensor;
}

export interface BaselineAccumulators {
  /** Adds the terms of one matrix of module `module` (its place in the layout) for the global loss. */
  collectMatrix(module: number, scored: ScoredWeight, taps: MatrixTaps, shape: RunShape): Promise<void>;
  /** Counts the samples of a group in the statistics of the last projection's input, and adds up their attribution. */
  collectColumns(module: number, kind: ModuleKind, taps: GroupTaps, shape: GroupShape): void;
  /** Averages the terms over `batches` and the statistics over samples; runs graphs for Σ|w| and Σw². */
  read(samples: number, batches: number): Promise<BaselineStatistics>;
}

/** Outputs of the backward graph that hold the last projection's input and the gradient of the probability by it. */
export const COLUMN_TAPS = {
  attn: { input: "attention_context", gradient: `context_gradient.${LOSSES.probability}` },
  mlp: { input: "mlp_activation", gradient: `activation_gradient.${LOSSES.probability}` },
} as const;

/** Where the sums of one module lie. */
interface Place {
  readonly module: Module;
  /** Terms of each matrix, in `terms`. */
  readonly matrices: readonly { readonly scored: ScoredWeight; readonly offset: number }[];
  /** Columns of the last projection's input; the first of them among those of all modules. */
  readonly columns: number;
  readonly columnOffset: number;
}

/** Where the sums of each module lie, and how many terms and columns there are in all. */
export function placesOf(model: Model): { places: Place[]; terms: number; columns: number } {
  let terms = 0;
  let columns = 0;
  const places = model.layout.modules.map((module): Place => {
    const layer = layerOf(towerOf(model, module.tower), module.layer);
    const matrices = layer.scored
      .filter((scored) => scored.kind === module.kind)
      .map((scored) => {
        const offset = terms;
        terms += LINE_TERMS.length * lineCountOf(scored);
        return { scored, offset };
      });
    const columnOffset = columns;
    const own = columnsOf(layer, module.kind);
    columns += own;
    return { module, matrices, columns: own, columnOffset };
  });
  return { places, terms, columns };
}

/** Sums in the tensors of `accumulators.ts`. */
export function createBaselineAccumulators(
  model: Model,
  { terms, inputs, products }: Readonly<Record<"terms" | "inputs" | "products", Tensor>>,
): BaselineAccumulators {
  const { backend, layout } = model;
  const { places } = placesOf(model);
  /** Weights stay as they are, however often is read. */
  let norms: Awaited<ReturnType<typeof readLineNorms>> | null = null;

  return {
    async collectMatrix(module, scored, taps, shape) {
      const offset = places[module]?.matrices.find((matrix) => matrix.scored === scored)?.offset ?? 0;
      await backend.kernels.lineTerms({
        ...taps,
        outputs: scored.outputs,
        inputs: scored.inputs,
        batches: shape.batches,
        samplesPerBatch: shape.samplesPerBatch,
        rowsPerSample: shape.rowsPerSample,
        axis: scored.axis,
        fisherWeights: shape.fisherWeights,
        accumulator: terms,
        accumulatorOffset: offset,
      });
    },
    collectColumns(module, kind, taps, { samples, rowsPerSample, classes }) {
      const { columns: width = 0, columnOffset = 0 } = places[module] ?? {};
      const values = output(taps.outputs, COLUMN_TAPS[kind].input);
      backend.kernels.inputStatistics({
        values,
        classes,
        samples,
        rowsPerSample,
        width,
        accumulator: inputs,
        accumulatorOffset: INPUT_STATISTICS.length * columnOffset,
      });
      backend.kernels.columnProducts({
        left: values,
        right: output(taps.outputs, COLUMN_TAPS[kind].gradient),
        rows: samples * rowsPerSample,
        width,
        accumulator: products,
        accumulatorOffset: columnOffset,
      });
    },
    async read(samples, batches) {
      norms ??= await readLineNorms(model);
      const known = norms;
      const [termSums, inputSums, productSums] = [
        await backend.read(terms),
        await backend.read(inputs),
        await backend.read(products),
      ];
      const probabilityAttribution = new Float64Array(layout.unitCount);
      const modules = places.map(({ module, matrices, columns, columnOffset }, index) => {
        const first = rangeOf(layout, index).first;
        for (let column = 0; column < columns; column++) {
          const unit = first + Math.floor((column * module.unitCount) / columns);
          (probabilityAttribution[unit] as number) += productSums[columnOffset + column] as number;
        }
        return {
          matrices: matrices.map(({ scored, offset }, matrix): MatrixTerms => {
            const lines = lineCountOf(scored);
            const average = (place: number) =>
              Float64Array.from(
                termSums.subarray(offset + place * lines, offset + (place + 1) * lines),
                (sum) => sum / batches,
              );
            return {
              ...weightTerms(scored, known(module, matrix)),
              taylorVector: average(LINE_TERMS.vector),
              taylorFirst: average(LINE_TERMS.first),
              taylorSecond: average(LINE_TERMS.second),
              taylorMix: average(LINE_TERMS.mix),
            };
          }),
          input: readInputs(inputSums.subarray(INPUT_STATISTICS.length * columnOffset), columns, samples),
        };
      });
      return { modules, probabilityAttribution };
    },
  };
}

/** Running sums of one module, [INPUT_STATISTICS.length, columns], as statistics over `samples` samples. */
function readInputs(sums: Float32Array, columns: number, samples: number): InputStatistics {
  const field = (place: number, divisor: number) =>
    Float64Array.from(sums.subarray(place * columns, (place + 1) * columns), (sum) =>
      divisor > 0 ? sum / divisor : 0,
    );
  return {
    mean: field(INPUT_STATISTICS.mean, 1),
    fluctuation: field(INPUT_STATISTICS.fluctuation, samples - 1),
    fluctuationWelford: field(INPUT_STATISTICS.welford, samples - 1),
    energy: field(INPUT_STATISTICS.energy, samples),
  };
}
