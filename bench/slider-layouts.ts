/** Units of the models that the slider is timed at, and statistics for them. */
import { createRandom } from "../src/core/random.ts";
import type { Statistics } from "../src/core/statistics.ts";
import { createUnitLayout, type Module, moduleKey, type Tower, type UnitLayout } from "../src/core/unit.ts";

interface TowerShape {
  readonly layers: number;
  readonly attentionUnits: number;
  readonly attentionCost: number;
  readonly neurons: number;
  readonly neuronCost: number;
}

export interface SliderShape {
  readonly name: string;
  readonly vision: TowerShape;
  readonly text: TowerShape;
  readonly totalParameters: number;
  /** What the 95 % quantile of a tick may be, milliseconds. */
  readonly budgetP95: number;
}

/** Groups of so many queries over keys and values of 64 or 128 numbers. */
const groupCost = (queries: number, headSize: number, width: number) => (2 + 2 * queries) * headSize * width;
/** A head with the biases of queries, keys and values. */
const headCost = (heads: number, width: number) => 4 * (width / heads) * width + 3 * (width / heads);

export const SLIDER_SHAPES: readonly SliderShape[] = [
  {
    name: "SmolVLM-256M",
    vision: {
      layers: 12,
      attentionUnits: 12,
      attentionCost: headCost(12, 768),
      neurons: 3072,
      neuronCost: 2 * 768 + 1,
    },
    text: { layers: 30, attentionUnits: 3, attentionCost: groupCost(3, 64, 576), neurons: 1536, neuronCost: 3 * 576 },
    totalParameters: 256_484_928,
    budgetP95: 2,
  },
  {
    name: "Qwen2-VL-2B",
    vision: {
      layers: 32,
      attentionUnits: 16,
      attentionCost: headCost(16, 1280),
      neurons: 5120,
      neuronCost: 2 * 1280 + 1,
    },
    text: {
      layers: 28,
      attentionUnits: 2,
      attentionCost: groupCost(6, 128, 1536),
      neurons: 8960,
      neuronCost: 3 * 1536,
    },
    totalParameters: 2_208_985_600,
    budgetP95: 8,
  },
  {
    name: "Qwen2.5-VL-7B",
    vision: {
      layers: 32,
      attentionUnits: 16,
      attentionCost: headCost(16, 1280),
      neurons: 3420,
      neuronCost: 3 * 1280 + 2,
    },
    text: {
      layers: 28,
      attentionUnits: 4,
      attentionCost: groupCost(7, 128, 3584),
      neurons: 18_944,
      neuronCost: 3 * 3584,
    },
    totalParameters: 8_292_166_656,
    budgetP95: 12,
  },
];

export function layoutOf({ vision, text, totalParameters }: SliderShape): UnitLayout {
  return createUnitLayout([...modulesOf("vision", vision), ...modulesOf("text", text)], totalParameters);
}

function modulesOf(tower: Tower, shape: TowerShape): readonly Module[] {
  const { layers, attentionUnits, attentionCost, neurons, neuronCost } = shape;
  return Array.from({ length: layers }, (_, layer): Module[] => [
    {
      key: moduleKey(tower, layer, "attn"),
      tower,
      layer,
      kind: "attn",
      unitCount: attentionUnits,
      unitCost: attentionCost,
    },
    { key: moduleKey(tower, layer, "mlp"), tower, layer, kind: "mlp", unitCount: neurons, unitCost: neuronCost },
  ]).flat();
}

/** Log-normal attribution around a level per module; larger for attention, whose units hold more weights. */
export function drawStatistics(layout: UnitLayout, seed: number): Statistics {
  const random = createRandom(seed);
  const attributionGlobal = new Float64Array(layout.unitCount);
  const attributionPivot = new Float64Array(layout.unitCount);
  layout.modules.forEach((module, index) => {
    const level = module.unitCost * 1e-6 * Math.exp(random.normal());
    for (let unit = layout.offsets[index] ?? 0; unit < (layout.offsets[index + 1] ?? 0); unit++) {
      const value = level * Math.exp(random.normal());
      attributionGlobal[unit] = value;
      attributionPivot[unit] = value * Math.exp(0.2 * random.normal());
    }
  });
  const isText = (index: number) => layout.modules[index]?.tower === "text";
  return {
    attributionGlobal,
    attributionPivot,
    cmds: Float64Array.from(layout.modules, (_, index) => (isText(index) ? random.next() : 0)),
    sens: Float64Array.from(layout.modules, () => 1 + random.next()),
    samples: 32,
    batches: 16,
    pivotBatches: 16,
    baselines: null,
  };
}
