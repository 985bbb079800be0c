/**
 * What the slider costs at SmolVLM-256M's shapes: one tick (scores → allocation → chart data) over 83,178 units.
 * Prints JSON; run with `npx tsx bench/slider.ts`. Budget: p95 at most 8 ms.
 *
 * The statistics are drawn (log-normal attribution, seeded): the tick's cost depends on shapes and spread, not on what
 * the numbers mean.
 */
import { pathToFileURL } from "node:url";
import { prepareWidths } from "../src/core/allocation/width-options.ts";
import { createFramePlanner } from "../src/core/frame.ts";
import { mucrasp } from "../src/core/methods/mucrasp.ts";
import { createRetentionRows } from "../src/core/metrics/retention.ts";
import { defaultParameters, type MethodParameters } from "../src/core/parameters.ts";
import { createRandom } from "../src/core/random.ts";
import { createFusion } from "../src/core/signals/fusion.ts";
import type { Statistics } from "../src/core/statistics.ts";
import { allocateReference } from "../src/core/testing/reference-allocation.ts";
import { createUnitLayout, type Module, moduleKey, type UnitLayout } from "../src/core/unit.ts";

const TEXT = { layers: 30, neurons: 1536, groups: 3, queriesPerGroup: 3, headSize: 64, width: 576 };
const VISION = { layers: 12, neurons: 3072, heads: 12, width: 768 };
const TOTAL_PARAMETERS = 256_484_928;
const RATIOS = Array.from({ length: 71 }, (_, percent) => percent / 100);

export interface Milliseconds {
  readonly p50: number;
  readonly p95: number;
}

export interface SliderBench {
  readonly units: number;
  readonly structuralParameters: number;
  readonly ticks: number;
  /** The product's tick, per call. */
  readonly fast: Milliseconds;
  /** The same with the sort-based reference allocation. */
  readonly reference: Milliseconds;
  /** Reference over fast. */
  readonly speedUp: Milliseconds;
  /** The tick with a width option, taken in turn with `fast`, and how many times as long it takes. */
  readonly widths: Readonly<Record<"rounded" | "even", { readonly tick: Milliseconds; readonly ratio: Milliseconds }>>;
  readonly budgetP95: number;
  readonly withinBudget: boolean;
  /** Whether fast and reference kept the same units at every ratio that the reference was timed at. */
  readonly masksEqual: boolean;
}

/** SmolVLM-256M's units, vision first. */
export function smolvlmLayout(): UnitLayout {
  const modules: Module[] = [];
  const textAttention = (2 + 2 * TEXT.queriesPerGroup) * TEXT.headSize * TEXT.width;
  const visionHead = VISION.width / VISION.heads;
  for (let layer = 0; layer < VISION.layers; layer++) {
    const attentionCost = 4 * visionHead * VISION.width + 3 * visionHead;
    modules.push(describeModule("vision", layer, "attn", VISION.heads, attentionCost));
    modules.push(describeModule("vision", layer, "mlp", VISION.neurons, 2 * VISION.width + 1));
  }
  for (let layer = 0; layer < TEXT.layers; layer++) {
    modules.push(describeModule("text", layer, "attn", TEXT.groups, textAttention));
    modules.push(describeModule("text", layer, "mlp", TEXT.neurons, 3 * TEXT.width));
  }
  return createUnitLayout(modules, TOTAL_PARAMETERS);
}

function describeModule(
  tower: Module["tower"],
  layer: number,
  kind: Module["kind"],
  unitCount: number,
  unitCost: number,
): Module {
  return { key: moduleKey(tower, layer, kind), tower, layer, kind, unitCount, unitCost };
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

/** Sweeps the slider over 0..70 % and times every tick. */
export async function benchSlider(sweeps = 5): Promise<SliderBench> {
  const layout = smolvlmLayout();
  const statistics = drawStatistics(layout, 1);
  const parameters = defaultParameters();
  await prepareWidths({ roundWidths: "32", evenWidths: "on" });
  const tickWith = (changed: Partial<MethodParameters>) =>
    createFramePlanner(
      layout,
      mucrasp.createPlanner(layout, statistics, { ...parameters, ...changed }),
      statistics.cmds,
    );
  const tick = tickWith({});
  const rounded = { tick: tickWith({ roundWidths: "32" }), times: [] as number[] };
  const even = { tick: tickWith({ evenWidths: "on" }), times: [] as number[] };
  const fuse = createFusion(layout, statistics, parameters);
  const rows = createRetentionRows(layout, statistics.cmds);
  const values = new Float64Array(layout.unitCount);
  const referenceTick = (ratio: number) => {
    fuse(ratio, values);
    const allocation = allocateReference(layout, values, parameters, ratio);
    rows(allocation.keptPerModule);
    return allocation;
  };

  // Once over all ratios unmeasured, so that compilation is not counted.
  for (const ratio of RATIOS) for (const one of [tick, rounded.tick, even.tick]) one(ratio);
  const fastTimes: number[] = [];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const ratio of RATIOS) {
      fastTimes.push(timed(() => tick(ratio)));
      for (const one of [rounded, even]) one.times.push(timed(() => one.tick(ratio)));
    }
  }
  const referenceTimes: number[] = [];
  let masksEqual = true;
  referenceTick(0.5);
  for (const ratio of RATIOS.filter((_, index) => index % 5 === 0)) {
    referenceTimes.push(timed(() => referenceTick(ratio)));
    const expected = referenceTick(ratio).keep;
    if (tick(ratio).keep.some((kept, unit) => kept !== expected[unit])) masksEqual = false;
  }

  const fast = summarise(fastTimes);
  const reference = summarise(referenceTimes);
  const beside = ({ times }: { readonly times: readonly number[] }) => {
    const tick = summarise(times);
    return { tick, ratio: { p50: round(tick.p50 / fast.p50), p95: round(tick.p95 / fast.p95) } };
  };
  return {
    units: layout.unitCount,
    structuralParameters: layout.structuralParameters,
    ticks: fastTimes.length,
    fast,
    reference,
    speedUp: { p50: round(reference.p50 / fast.p50), p95: round(reference.p95 / fast.p95) },
    widths: { rounded: beside(rounded), even: beside(even) },
    budgetP95: 8,
    withinBudget: fast.p95 <= 8,
    masksEqual,
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function summarise(times: readonly number[]): Milliseconds {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p95: at(0.95) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  console.log(JSON.stringify(await benchSlider(), null, 2));
