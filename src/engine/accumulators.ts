/**
 * Running sums of calibration in backend memory: one number per unit and loss, and token statistics per module.
 */
import { invariant } from "../core/errors.ts";
import type { ModuleKind, Tower } from "../core/unit.ts";
import type { ScoredWeight } from "../models/architectures/definition.ts";
import type { Tensor } from "../runtime/backend.ts";
import { tokenStatisticsLength } from "../runtime/kernels/contract.ts";
import { towerOf } from "./forward.ts";
import type { Model } from "./model.ts";

/** What the backward pass of one layer leaves for one scored weight. */
export interface ScoredTaps {
  readonly weight: Tensor;
  readonly input: Tensor;
  /** Gradient by the linear layer's output, one per loss. */
  readonly gradients: readonly Tensor[];
}

export interface CalibrationSums {
  /** Sum of `loss` per unit, divided by `batches` (zeros when there were none). */
  attribution(loss: number, batches: number): Float64Array;
  readonly cmds: Float64Array;
  readonly sens: Float64Array;
}

export interface Accumulators {
  score(tower: Tower, layer: number, scored: ScoredWeight, taps: ScoredTaps, batches: number): Promise<void>;
  observe(tower: Tower, layer: number, kind: ModuleKind, values: Tensor, classes: Tensor, rows: number): void;
  read(): Promise<CalibrationSums>;
  release(): void;
}

export function createAccumulators(model: Model, losses: number): Accumulators {
  const { backend, layout } = model;
  const attribution = Array.from({ length: losses }, () =>
    backend.upload(new Float32Array(layout.unitCount), [layout.unitCount]),
  );
  const widths = layout.modules.map((module) => towerOf(model, module.tower).width);
  const statisticsOffsets = widths.reduce(
    (offsets, width) => {
      offsets.push((offsets.at(-1) ?? 0) + tokenStatisticsLength(width));
      return offsets;
    },
    [0] as number[],
  );
  const statisticsLength = statisticsOffsets.at(-1) ?? 0;
  const statistics = backend.upload(new Float32Array(statisticsLength), [statisticsLength]);
  const places = new Map(layout.modules.map((module, index) => [module.key, index]));
  const indexOf = (tower: Tower, layer: number, kind: ModuleKind): number => {
    const index = places.get(`${tower}.${layer}.${kind}`);
    invariant(index !== undefined, `The layout has no module ${tower}.${layer}.${kind}.`);
    return index;
  };

  return {
    async score(tower, layer, scored, taps, batches) {
      const accumulatorOffset = layout.offsets[indexOf(tower, layer, scored.kind)] ?? 0;
      const rows = taps.input.dims[0] ?? 0;
      for (const [loss, gradient] of taps.gradients.entries()) {
        const accumulator = attribution[loss];
        invariant(accumulator, `There is no accumulator for loss ${loss}.`);
        await backend.kernels.weightGradient({
          weight: taps.weight,
          input: taps.input,
          gradient,
          outputs: scored.outputs,
          inputs: scored.inputs,
          batches,
          rowsPerBatch: rows / batches,
          axis: scored.axis,
          groupSize: scored.groupSize,
          accumulator,
          accumulatorOffset,
          scale: 1,
        });
      }
    },
    observe(tower, layer, kind, values, classes, rows) {
      const index = indexOf(tower, layer, kind);
      backend.kernels.tokenStatistics({
        values,
        classes,
        rows,
        width: widths[index] ?? 0,
        accumulator: statistics,
        accumulatorOffset: statisticsOffsets[index] ?? 0,
      });
    },
    async read() {
      const count = layout.modules.length;
      const summary = backend.upload(new Float32Array(2 * count), [2 * count]);
      try {
        layout.modules.forEach((_, index) => {
          backend.kernels.tokenStatisticsSummary({
            accumulator: statistics,
            accumulatorOffset: statisticsOffsets[index] ?? 0,
            width: widths[index] ?? 0,
            result: summary,
            resultOffset: 2 * index,
          });
        });
        const signals = await backend.read(summary);
        const sums: Float32Array[] = [];
        for (const accumulator of attribution) sums.push(await backend.read(accumulator));
        return {
          attribution: (loss, batches) =>
            Float64Array.from(sums[loss] ?? [], (value) => (batches > 0 ? value / batches : 0)),
          cmds: Float64Array.from(layout.modules, (_, index) => signals[2 * index] ?? 0),
          sens: Float64Array.from(layout.modules, (_, index) => signals[2 * index + 1] ?? 0),
        };
      } finally {
        backend.release(summary);
      }
    },
    release() {
      backend.release(...attribution, statistics);
    },
  };
}
