/**
 * What the slider costs: one tick (scores → allocation → chart data) at the shapes of three models, 83,178 to 640,496 units,
 * all in one run. Prints JSON; run with `npx tsx bench/slider.ts`.
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
import { createFusion } from "../src/core/signals/fusion.ts";
import { allocateReference } from "../src/core/testing/reference-allocation.ts";
import { drawStatistics, layoutOf, SLIDER_SHAPES, type SliderShape } from "./slider-layouts.ts";

const RATIOS = Array.from({ length: 71 }, (_, percent) => percent / 100);
/** Ratios at which the reference is timed and compared: it takes a second at the largest shape. */
const COMPARED = [0, 0.1, 0.35, 0.5, 0.7];

export interface Milliseconds {
  readonly p50: number;
  readonly p95: number;
}

export interface SliderBench {
  readonly shape: string;
  readonly units: number;
  readonly structuralParameters: number;
  readonly ticks: number;
  /** The product's tick, per call. */
  readonly fast: Milliseconds;
  /** The same in time that the processor gave the process: waiting for other work on the same cores does not count. */
  readonly processor: Milliseconds;
  /** The same with the sort-based reference allocation. */
  readonly reference: Milliseconds;
  /** Reference over fast, of the 50 % quantiles. */
  readonly speedUp: number;
  /** The tick with a width option, taken in turn with `fast`, and how many times as long it takes. */
  readonly widths: Readonly<Record<"rounded" | "even", { readonly tick: Milliseconds; readonly ratio: Milliseconds }>>;
  readonly budgetP95: number;
  readonly withinBudget: boolean;
  /** Whether fast and reference kept the same units at every ratio that the reference was timed at. */
  readonly masksEqual: boolean;
}

/** Sweeps the slider over 0..70 % and times every tick, at each shape in turn. */
export async function benchSlider(sweeps = 5): Promise<readonly SliderBench[]> {
  await prepareWidths({ roundWidths: "32", evenWidths: "on" });
  return SLIDER_SHAPES.map((shape) => benchShape(shape, sweeps));
}

function benchShape(shape: SliderShape, sweeps: number): SliderBench {
  const layout = layoutOf(shape);
  const statistics = drawStatistics(layout, 1);
  const parameters = defaultParameters();
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
  for (const ratio of RATIOS) tick(ratio);
  const fastTimes: number[] = [];
  const processorTimes: number[] = [];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const ratio of RATIOS) {
      const before = process.cpuUsage();
      fastTimes.push(timed(() => tick(ratio)));
      const { user, system } = process.cpuUsage(before);
      processorTimes.push((user + system) / 1000);
    }
  }
  const besideTimes: number[] = [];
  for (const ratio of [...RATIOS, ...RATIOS]) {
    besideTimes.push(timed(() => tick(ratio)));
    for (const one of [rounded, even]) one.times.push(timed(() => one.tick(ratio)));
  }
  const referenceTimes: number[] = [];
  let masksEqual = true;
  for (const ratio of COMPARED) {
    referenceTimes.push(timed(() => referenceTick(ratio)));
    const expected = referenceTick(ratio).keep;
    if (tick(ratio).keep.some((kept, unit) => kept !== expected[unit])) masksEqual = false;
  }

  const fast = summarise(fastTimes);
  const reference = summarise(referenceTimes);
  const plain = summarise(besideTimes);
  const beside = ({ times }: { readonly times: readonly number[] }) => {
    const tick = summarise(times);
    return { tick, ratio: { p50: round(tick.p50 / plain.p50), p95: round(tick.p95 / plain.p95) } };
  };
  return {
    shape: shape.name,
    units: layout.unitCount,
    structuralParameters: layout.structuralParameters,
    ticks: fastTimes.length,
    fast,
    processor: summarise(processorTimes),
    reference,
    speedUp: round(reference.p50 / fast.p50),
    widths: { rounded: beside(rounded), even: beside(even) },
    budgetP95: shape.budgetP95,
    withinBudget: fast.p95 <= shape.budgetP95,
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
