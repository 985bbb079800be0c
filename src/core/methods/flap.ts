/**
 * FLAP: how much a unit's contribution fluctuates around its mean, which a bias can stand in for
 * (arXiv 2312.11983, code CASIA-IVA-Lab/FLAP).
 */
import { type Criterion, createCriterionPlanner } from "../allocation/choose.ts";
import { createWeightedAllocator } from "../allocation/weighted.ts";
import { validateParameters } from "../parameters/parse.ts";
import type { MethodParameters } from "../parameters.ts";
import type { BaselineStatistics, ModuleTerms } from "../statistics.ts";
import { validateStatistics } from "../statistics-check.ts";
import type { Tower, UnitLayout } from "../unit.ts";
import { lastProjection, requireBaselines, scoreUnits, sumGroups } from "./baseline-terms.ts";
import { fluctuations, weightedNorms } from "./input-metrics.ts";
import { createMethod } from "./method.ts";
import { standardise } from "./standardise.ts";

const label = "FLAP";

export const flap = createMethod({
  name: "flap",
  label,
  explanation:
    "How much what a unit adds to the output fluctuates around its mean, for each column of the last projection; what it adds on average is given back as a bias. " +
    "Attention's metric is squared, as its code does. Under grouped queries a group has the columns of all its query heads and weighs (2+2·rep)·h/3 neurons; the vision tower, where its authors define nothing, is a search of its own with out and fc2 and the weights that follow from its units' costs.",
  source: "arXiv 2312.11983, code github.com/CASIA-IVA-Lab/FLAP",
  ownAllocation: "AL-AM: standardised scores of all layers under one weighted threshold; UL-UM: uniform per module",
  needs: "calibration",
  createPlanner(layout, statistics, parameters) {
    validateParameters(parameters);
    validateStatistics(layout, statistics);
    const baselines = requireBaselines(layout, statistics, label);
    const criterion = comparesLayers(parameters)
      ? adaptiveCriterion(layout, baselines, parameters)
      : { scores: uniformScores(layout, baselines, parameters) };
    const compensation = parameters.flapCompensation === "on" ? meanInputs(baselines) : null;
    return createCriterionPlanner(layout, parameters, { ...criterion, compensation });
  },
});

/** Whether units of different modules are held against each other, which needs standardised scores. */
function comparesLayers({ allocation, flapStructure }: MethodParameters): boolean {
  return allocation === "budget" || (allocation === "own" && flapStructure === "AL-AM");
}

/** Columns of the last projection: WIFV = F_j·Σ_r W[r,j]², IFV = F_j, WIFN = Wanda's metric. */
export function flapMetric(
  terms: ModuleTerms,
  { flapMetric: metric, flapVariance }: Pick<MethodParameters, "flapMetric" | "flapVariance">,
): Float64Array {
  if (metric === "WIFN") return weightedNorms(terms);
  const fluctuation = fluctuations(terms.input, flapVariance);
  if (metric === "IFV") return fluctuation;
  const { square } = lastProjection(terms);
  return fluctuation.map((value, column) => value * (square[column] ?? 0));
}

/** The metric as both structures take it: squared for attention, as it is for MLPs. */
function squaredForAttention(layout: UnitLayout, baselines: BaselineStatistics, parameters: MethodParameters) {
  return (toUnits: (columns: Float64Array, columnsPerUnit: number) => Float64Array): Float64Array =>
    scoreUnits(layout, baselines.modules, (terms, module) => {
      const metric = flapMetric(terms, parameters);
      const columns = module.kind === "attn" ? metric.map((value) => value * value) : metric;
      return toUnits(columns, lastProjection(terms).linesPerUnit);
    });
}

/** UL-UM: the sum over a unit's columns. */
function uniformScores(layout: UnitLayout, baselines: BaselineStatistics, parameters: MethodParameters): Float64Array {
  return squaredForAttention(layout, baselines, parameters)(sumGroups);
}

/**
 * AL-AM: standardised over a module's columns, then the mean over a unit's columns. Project decision: as values these
 * are lifted above zero, tower by tower, and multiplied by the unit's cost, so that value per parameter ranks units as
 * FLAP ranks them, also under the global budget.
 */
function adaptiveCriterion(
  layout: UnitLayout,
  baselines: BaselineStatistics,
  parameters: MethodParameters,
): Pick<Criterion, "scores" | "values" | "own"> {
  const scores = squaredForAttention(
    layout,
    baselines,
    parameters,
  )((columns, columnsPerUnit) => sumGroups(standardise(columns), columnsPerUnit).map((sum) => sum / columnsPerUnit));
  const least: Record<Tower, number> = { text: 0, vision: 0 };
  const eachUnit = (visit: (unit: number, module: UnitLayout["modules"][number]) => void) => {
    layout.modules.forEach((module, index) => {
      for (let unit = layout.offsets[index] ?? 0; unit < (layout.offsets[index + 1] ?? 0); unit++) {
        visit(unit, module);
      }
    });
  };
  eachUnit((unit, { tower }) => {
    least[tower] = Math.min(least[tower], scores[unit] ?? 0);
  });
  const values = new Float64Array(layout.unitCount);
  eachUnit((unit, { tower, unitCost }) => {
    values[unit] = ((scores[unit] ?? 0) - least[tower]) * unitCost;
  });
  return { scores, values, own: { allocate: createWeightedAllocator(layout, scores, values) } };
}

/** The mean inputs of all modules, one after another. */
function meanInputs({ modules }: BaselineStatistics): NonNullable<Criterion["compensation"]> {
  const inputColumns = Uint32Array.from(modules, ({ input }) => input.mean.length);
  const means = new Float32Array(inputColumns.reduce((sum, columns) => sum + columns, 0));
  let start = 0;
  for (const { input } of modules) {
    means.set(input.mean, start);
    start += input.mean.length;
  }
  return { meanInputs: means, inputColumns };
}
