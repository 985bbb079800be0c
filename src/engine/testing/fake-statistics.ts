/** Statistics of the fake engine: the right shapes, numbers from fixed formulas. */
import type { LayerViews } from "../../core/signals/layer-views.ts";
import type {
  BaselineStatistics,
  InputStatistics,
  MatrixName,
  MatrixTerms,
  Statistics,
} from "../../core/statistics.ts";
import type { Module, UnitLayout } from "../../core/unit.ts";
import { parseRecord } from "../calibrate/calibration-record.ts";
import type { CalibrationParameters, CalibrationRecord, LayerViewParameters } from "../contract.ts";

const HEAD_SIZE = 8;

export function fakeStatistics(layout: UnitLayout): Statistics {
  const wave = (index: number, step: number) => 1 + Math.sin(index * step) ** 2;
  return {
    attributionGlobal: Float64Array.from({ length: layout.unitCount }, (_, unit) => wave(unit, 0.7)),
    attributionPivot: Float64Array.from({ length: layout.unitCount }, (_, unit) => wave(unit, 1.3)),
    cmds: Float64Array.from(layout.modules, (module, index) => (module.tower === "text" ? wave(index, 0.4) / 4 : 0)),
    sens: Float64Array.from(layout.modules, (_, index) => wave(index, 0.9)),
    samples: 8,
    batches: 4,
    pivotBatches: 4,
    baselines: fakeBaselines(layout),
  };
}

/** The same of the first samples only: the fewer, the further off. */
export function fakePartialStatistics(layout: UnitLayout, samples: number, batchSize: number): Statistics {
  const whole = fakeStatistics(layout);
  const off = (value: number, unit: number) => value * (1 + Math.sin(unit * 2.3) / (2 * samples));
  const batches = Math.ceil(samples / batchSize);
  return {
    ...whole,
    ...{ samples, batches, pivotBatches: batches },
    attributionGlobal: whole.attributionGlobal.map(off),
  };
}

/** Layers that do more the later they come, text before vision. */
export function fakeLayerViews(
  layout: UnitLayout,
  { samples = 16, outlierFactor = 3 }: LayerViewParameters,
): LayerViews {
  const towers = (["text", "vision"] as const).map((tower) =>
    layout.modules.filter((module) => module.tower === tower && module.kind === "mlp"),
  );
  const layers = towers.flat().map(({ tower, layer }) => ({
    tower,
    layer,
    blockInfluence: 0.1 + 0.05 * layer,
    outlierShare: (0.02 + 0.01 * layer) / outlierFactor,
    tampDensity: tower === "text" ? 1.5 + 0.1 * layer : null,
  }));
  return { samples, outlierFactor, layers };
}

function fakeBaselines(layout: UnitLayout): BaselineStatistics {
  return {
    modules: layout.modules.map((module, index) => {
      const names = matrixNames(module);
      const linesPerUnit = module.kind === "attn" ? HEAD_SIZE : 1;
      const lineLength = module.unitCost / (names.length * linesPerUnit);
      const lines = module.unitCount * linesPerUnit;
      return {
        matrices: names.map((name, place) => matrixTerms(name, linesPerUnit, lineLength, lines, index + place / 7)),
        input: inputStatistics(lines, index),
      };
    }),
    probabilityAttribution: Float64Array.from({ length: layout.unitCount }, (_, unit) => Math.sin(unit * 1.9) / 10),
  };
}

function matrixNames({ kind, tower }: Module): readonly MatrixName[] {
  if (kind === "attn") return ["query", "key", "value", "output"];
  return tower === "text" ? ["gate", "up", "down"] : ["fc1", "fc2"];
}

/** `length` positive numbers that go up and down. */
function wave(length: number, seed: number, step: number): Float64Array {
  return Float64Array.from({ length }, (_, line) => 0.2 + Math.sin(seed + line * step) ** 2);
}

function matrixTerms(
  matrix: MatrixName,
  linesPerUnit: number,
  lineLength: number,
  lines: number,
  seed: number,
): MatrixTerms {
  const absolute = wave(lines, seed, 0.31);
  const taylorFirst = wave(lines, seed, 0.47);
  return {
    matrix,
    linesPerUnit,
    lineLength,
    absolute,
    square: absolute.map((value) => value ** 2 / 3),
    taylorVector: taylorFirst.map((value, line) => value * Math.cos(line) ** 2),
    taylorFirst,
    taylorSecond: wave(lines, seed, 0.73),
    taylorMix: wave(lines, seed, 0.91),
  };
}

function inputStatistics(columns: number, seed: number): InputStatistics {
  const fluctuation = wave(columns, seed, 0.59);
  return {
    mean: wave(columns, seed, 0.83).map((value) => value - 0.6),
    fluctuation,
    fluctuationWelford: fluctuation.map((value) => value * 1.05),
    energy: wave(columns, seed, 0.37),
  };
}

/** What the fake engine hands out after `samples` samples of a calibration. */
export function fakeRecord({ batchSize, sampleLimit = 8 }: CalibrationParameters, samples: number): CalibrationRecord {
  const batches = Math.ceil(samples / batchSize);
  const sum = () => Float32Array.of(samples, samples / 2);
  const sums = { pivot: sum(), tokens: sum(), terms: sum(), inputs: sum(), products: sum() };
  return {
    version: 1,
    of: {
      weights: "fake",
      precision: "float32",
      parameters: "",
      samples: { count: sampleLimit, inputs: "", traces: "" },
    },
    done: { samples, batches, pivotBatches: batches, sums },
    traces: [],
  };
}

/** How many samples a record has that came back; 0 for what is none. */
export function fakeSamplesDone(from: unknown): number {
  try {
    return from ? parseRecord(from).done.samples : 0;
  } catch {
    // The engine does not go on with what is no record, either.
    return 0;
  }
}
