/** What the methods that people compare µCRASP with take out of the calibration's terms, in a form that they share. */
import { PivotscopeError } from "../errors.ts";
import type {
  BaselineStatistics,
  MatrixName,
  ModuleMatrices,
  Statistics,
  WeightStatistics,
  WeightTerms,
} from "../statistics.ts";
import { validateBaselines, validateWeights } from "../statistics-check.ts";
import type { Module, UnitLayout } from "../unit.ts";

/**
 * The terms of a method that cannot do without them.
 * @throws PivotscopeError `bad-input` when they were not collected or do not fit the layout.
 */
export function requireBaselines(layout: UnitLayout, statistics: Statistics, label: string): BaselineStatistics {
  const baselines = collected(statistics.baselines, label);
  validateBaselines(layout, baselines);
  return baselines;
}

function collected<Terms>(baselines: Terms | null, label: string): Terms {
  if (baselines !== null) return baselines;
  throw new PivotscopeError(
    "bad-input",
    `${label} needs weights, gradients and inputs that these statistics do not hold.`,
    "Calibrate this model again.",
  );
}

/**
 * The sums over weights of a method that cannot do without them.
 * @throws PivotscopeError `bad-input` when they were not collected or do not fit the layout.
 */
export function requireWeights(
  layout: UnitLayout,
  statistics: WeightStatistics,
  label: string,
): readonly ModuleMatrices[] {
  const baselines = collected(statistics.baselines, label);
  validateWeights(layout, baselines);
  return baselines.modules;
}

/** The projection that a module's units are read by: output, down or fc2. */
export function lastProjection<Terms extends WeightTerms>(terms: ModuleMatrices<Terms>): Terms {
  const last = terms.matrices.at(-1);
  if (last) return last;
  throw new PivotscopeError("internal", "A module has no matrices.");
}

export function matrixNamed<Terms extends WeightTerms>(
  terms: ModuleMatrices<Terms>,
  name: MatrixName,
): Terms | undefined {
  return terms.matrices.find(({ matrix }) => matrix === name);
}

/** Channels of one unit that all its matrices have in common: h of a key/value head, 1 of a neuron. */
export function channelsPerUnit(terms: ModuleMatrices): number {
  return matrixNamed(terms, "key")?.linesPerUnit ?? 1;
}

/** Query heads per key/value head; 1 for MLPs. */
export function queryHeadsPerUnit(terms: ModuleMatrices): number {
  return lastProjection(terms).linesPerUnit / channelsPerUnit(terms);
}

/** One number per unit, module after module. @param score writes a module's units. */
export function scoreUnits<Terms extends ModuleMatrices>(
  layout: UnitLayout,
  modules: readonly Terms[],
  score: (terms: Terms, module: Module) => Float64Array,
): Float64Array {
  const scores = new Float64Array(layout.unitCount);
  layout.modules.forEach((module, index) => {
    const terms = modules[index];
    if (terms) scores.set(score(terms, module), layout.offsets[index]);
  });
  return scores;
}

/** Sums of `size` numbers each, one after another. */
export function sumGroups(numbers: ArrayLike<number>, size: number): Float64Array {
  const sums = new Float64Array(Math.floor(numbers.length / size));
  for (let group = 0; group < sums.length; group++) {
    let sum = 0;
    for (let place = group * size; place < (group + 1) * size; place++) sum += numbers[place] ?? 0;
    sums[group] = sum;
  }
  return sums;
}
