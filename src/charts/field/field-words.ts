/** What the neuron field says: a unit in words, the summary, the table of all units. */
import type { FrameData } from "../../core/frame-data.ts";
import { TOWERS_AS_READ, type UnitLayout } from "../../core/unit.ts";
import { formatCount, formatScore, formatShare, layerName } from "../format.ts";
import type { ChartTable } from "../frame/table.ts";
import { unitNoun } from "../layers.ts";
import type { UnitRun } from "./field-geometry.ts";

export interface UnitFacts {
  readonly name: string;
  readonly kept: boolean;
  readonly value: number;
  /** 1 is the most valuable of its module. */
  readonly rankInModule: number;
  readonly unitsInModule: number;
  /** 1 is the highest value per parameter of all units. */
  readonly rank: number;
}

/** Position of the module that holds `unit`, -1 when there is none. */
export function moduleOf(layout: UnitLayout, unit: number): number {
  return layout.modules.findIndex(
    (_, index) => unit >= (layout.offsets[index] ?? 0) && unit < (layout.offsets[index + 1] ?? 0),
  );
}

/** "text layer 7, neuron 212"; empty for a unit that the layout does not have. */
export function unitName(layout: UnitLayout, unit: number): string {
  const index = moduleOf(layout, unit);
  const module = layout.modules[index];
  if (!module) return "";
  const within = unit - (layout.offsets[index] ?? 0);
  return `${layerName(module.tower, module.layer)}, ${unitNoun(module.tower, module.kind)} ${within}`;
}

/** Everything a reader may want to know of one unit; ranks are counted, one pass over the units. */
export function unitFacts(
  layout: UnitLayout,
  frame: Pick<FrameData, "keep" | "values">,
  unit: number,
): UnitFacts | null {
  const own = moduleOf(layout, unit);
  const module = layout.modules[own];
  if (!module) return null;
  const value = frame.values[unit] ?? 0;
  const efficiency = value / module.unitCost;
  let rank = 1;
  let rankInModule = 1;
  layout.modules.forEach((other, index) => {
    const threshold = efficiency * other.unitCost;
    const end = layout.offsets[index + 1] ?? 0;
    for (let candidate = layout.offsets[index] ?? 0; candidate < end; candidate++) {
      if (candidate === unit) continue;
      const candidateValue = frame.values[candidate] ?? 0;
      if (index === own ? candidateValue > value : candidateValue > threshold) {
        rank += 1;
        if (index === own) rankInModule += 1;
      }
    }
  });
  return {
    name: unitName(layout, unit),
    kept: frame.keep[unit] === 1,
    value,
    rankInModule,
    unitsInModule: module.unitCount,
    rank,
  };
}

/** One unit in words. */
export function unitReadout(facts: UnitFacts, unitCount: number): string {
  const { name, kept, value, rankInModule, unitsInModule, rank } = facts;
  return (
    `${name}: ${kept ? "kept" : "gone"}, value ${formatScore(value)}, ` +
    `rank ${formatCount(rankInModule)} of ${formatCount(unitsInModule)} in its module, ` +
    `${formatCount(rank)} of ${formatCount(unitCount)} per parameter`
  );
}

/** The unit of a run that is worth most, the first of equal ones: units of one module cost the same. */
export function strongestOf(values: FrameData["values"], { first, end }: UnitRun): number {
  let strongest = first;
  for (let unit = first + 1; unit < end; unit++) {
    if ((values[unit] ?? 0) > (values[strongest] ?? 0)) strongest = unit;
  }
  return strongest;
}

/** Units that share a pixel, in words, and the one that is worth most of them; only that one where there are no others. */
export function runReadout(
  layout: UnitLayout,
  { keep }: Pick<FrameData, "keep">,
  { first, end }: UnitRun,
  best: UnitFacts,
): string {
  const index = moduleOf(layout, first);
  const module = layout.modules[index];
  if (!module || end - first < 2) return unitReadout(best, layout.unitCount);
  const noun = unitNoun(module.tower, module.kind);
  const layer = `${layerName(module.tower, module.layer)}, `;
  const offset = layout.offsets[index] ?? 0;
  const kept = keep.subarray(first, end).reduce((sum, unit) => sum + unit, 0);
  return (
    `${layer}${noun}s ${first - offset} to ${end - 1 - offset} in one pixel, ${kept} of ${end - first} kept; ` +
    `best ${unitReadout({ ...best, name: best.name.replace(layer, "") }, layout.unitCount)}`
  );
}

/** What the field shows, as sentences. */
export function fieldSummary(layout: UnitLayout, frame: FrameData): string {
  const sentences = [`${formatCount(frame.keptUnits)} of ${formatCount(layout.unitCount)} units are kept.`];
  for (const tower of TOWERS_AS_READ) {
    let kept = 0;
    let all = 0;
    let whole = 0;
    let layers = 0;
    layout.modules.forEach((module, index) => {
      if (module.tower !== tower || module.kind !== "mlp") return;
      const here = frame.keptPerModule[index] ?? 0;
      kept += here;
      all += module.unitCount;
      layers += 1;
      if (here === module.unitCount) whole += 1;
    });
    if (all === 0) continue;
    sentences.push(
      `${tower === "vision" ? "Vision" : "Text"}: ${formatShare(kept / all)} of the MLP neurons, ${whole} of ${layers} layers whole.`,
    );
  }
  return sentences.join(" ");
}

/** One row per unit, in the layout's order; rows are built only when looked at. */
export function fieldTable(layout: UnitLayout, frame: Pick<FrameData, "keep" | "values">): ChartTable {
  return {
    columns: [
      { label: "Tower", kind: "text" },
      { label: "Layer", kind: "number" },
      { label: "Kind", kind: "text" },
      { label: "Index", kind: "number" },
      { label: "Value", kind: "number", format: formatScore },
      { label: "Parameters", kind: "number", format: formatCount },
      { label: "State", kind: "text" },
    ],
    rowCount: layout.unitCount,
    row: (unit) => {
      const index = moduleOf(layout, unit);
      const module = layout.modules[index];
      if (!module) return [];
      return [
        module.tower,
        module.layer,
        unitNoun(module.tower, module.kind),
        unit - (layout.offsets[index] ?? 0),
        frame.values[unit] ?? null,
        module.unitCost,
        frame.keep[unit] ? "kept" : "gone",
      ];
    },
  };
}
