/** Checks statistics against the layout that they claim to describe. */
import { PivotscopeError } from "./errors.ts";
import type {
  BaselineStatistics,
  InputStatistics,
  MatrixName,
  ModuleMatrices,
  Statistics,
  WeightStatistics,
  WeightTerms,
} from "./statistics.ts";
import type { Module, UnitLayout } from "./unit.ts";
import { plural } from "./words.ts";

const hint = "Calibrate this model again, or load the statistics that were made for it.";

/** Whether an array may hold negative numbers. */
const INPUT_SIGNS: Readonly<Record<keyof InputStatistics, "any" | "not negative">> = {
  mean: "any",
  fluctuation: "not negative",
  // A sum of products of two differences: rounding can leave a hair below zero.
  fluctuationWelford: "any",
  energy: "not negative",
};

export const INPUT_NAMES = ["mean", "fluctuation", "fluctuationWelford", "energy"] as const;

/** In the order in which a module has them. */
export const MATRIX_NAMES: readonly MatrixName[] = [
  "query",
  "key",
  "value",
  "output",
  "gate",
  "up",
  "down",
  "fc1",
  "fc2",
];

const WEIGHT_TERM_NAMES = ["absolute", "square"] as const;

export const MATRIX_TERM_NAMES = [
  ...WEIGHT_TERM_NAMES,
  "taylorVector",
  "taylorFirst",
  "taylorSecond",
  "taylorMix",
] as const;

const MATRICES_OF: Readonly<Record<Module["kind"], readonly (readonly MatrixName[])[]>> = {
  attn: [["query", "key", "value", "output"]],
  mlp: [
    ["gate", "up", "down"],
    ["fc1", "fc2"],
  ],
};

/**
 * Checks what µCRASP reads.
 * @throws PivotscopeError `bad-input` naming the array at fault when a length does not fit the layout, or a number is
 * negative or not finite; naming the module when a unit cost is not positive.
 */
export function validateStatistics(layout: UnitLayout, statistics: Statistics): void {
  validateCosts(layout);
  for (const name of ["attributionGlobal", "attributionPivot"] as const) {
    checkArray(name, statistics[name], layout.unitCount, "units");
  }
  for (const name of ["cmds", "sens"] as const) {
    checkArray(name, statistics[name], layout.modules.length, "modules");
  }
}

/** @throws PivotscopeError `bad-input` naming the module whose units cost no positive number of parameters. */
export function validateCosts(layout: UnitLayout): void {
  for (const module of layout.modules) {
    if (module.unitCost > 0) continue;
    throw new PivotscopeError(
      "bad-input",
      `${module.key}: a unit costs ${module.unitCost} parameters, expected a positive number.`,
    );
  }
}

/**
 * Checks what methods read that need no calibration.
 * @throws PivotscopeError `bad-input` as `validateBaselines` does.
 */
export function validateWeights(layout: UnitLayout, { modules }: NonNullable<WeightStatistics["baselines"]>): void {
  checkModules(layout, modules, (field, module, terms) => {
    for (const matrix of terms.matrices) checkTerms(`${field}.${matrix.matrix}`, module, matrix, WEIGHT_TERM_NAMES);
  });
}

/**
 * Checks what the other methods read.
 * @throws PivotscopeError `bad-input` naming the array at fault when a module's matrices are not those of its kind, a
 * length does not fit the layout, or a number is not finite or negative where it cannot be.
 */
export function validateBaselines(layout: UnitLayout, baselines: BaselineStatistics): void {
  checkModules(layout, baselines.modules, (field, module, terms) => {
    for (const matrix of terms.matrices) checkTerms(`${field}.${matrix.matrix}`, module, matrix, MATRIX_TERM_NAMES);
    const columns = module.unitCount * (terms.matrices.at(-1)?.linesPerUnit ?? 0);
    for (const name of INPUT_NAMES) {
      checkArray(`${field}.input.${name}`, terms.input[name], columns, "columns there", INPUT_SIGNS[name]);
    }
  });
  checkArray("baselines.probabilityAttribution", baselines.probabilityAttribution, layout.unitCount, "units", "any");
}

function checkModules<Terms extends ModuleMatrices>(
  layout: UnitLayout,
  modules: readonly Terms[],
  check: (field: string, module: Module, terms: Terms) => void,
): void {
  if (modules.length !== layout.modules.length) {
    throw new PivotscopeError(
      "bad-input",
      `baselines: found ${modules.length} modules, but the model has ${layout.modules.length}.`,
      hint,
    );
  }
  layout.modules.forEach((module, index) => {
    const terms = modules[index];
    if (!terms) return;
    const field = `baselines.${module.key}`;
    checkMatrices(field, module, terms.matrices);
    check(field, module, terms);
  });
}

function checkMatrices(field: string, module: Module, matrices: readonly WeightTerms[]): void {
  const found = matrices.map(({ matrix }) => matrix);
  const expected = MATRICES_OF[module.kind];
  if (!expected.some((names) => names.join() === found.join())) {
    const allowed = expected.map((names) => names.join(", ")).join(" or ");
    throw new PivotscopeError(
      "bad-input",
      `${field}: found the matrices ${found.join(", ") || "(none)"}, expected ${allowed}.`,
      hint,
    );
  }
  if (module.kind === "mlp") {
    checkLines(field, matrices, () => 1);
    return;
  }
  const [query, key] = matrices.map(({ linesPerUnit }) => linesPerUnit);
  checkLines(field, matrices, ({ matrix }) => (matrix === "output" ? query : matrix === "value" ? key : undefined));
  if (query !== undefined && key !== undefined && query % key !== 0) {
    throw new PivotscopeError(
      "bad-input",
      `${field}.query: found ${query} lines per unit, expected a multiple of the ${key} of key.`,
      hint,
    );
  }
}

/** @param expected lines per unit of a matrix where other matrices settle it. */
function checkLines(
  field: string,
  matrices: readonly WeightTerms[],
  expected: (matrix: WeightTerms) => number | undefined,
): void {
  for (const matrix of matrices) {
    const wanted = expected(matrix);
    const { linesPerUnit, lineLength } = matrix;
    for (const [name, count] of [
      ["lines per unit", linesPerUnit],
      ["numbers per line", lineLength],
    ] as const) {
      if (Number.isInteger(count) && count > 0) continue;
      throw new PivotscopeError(
        "bad-input",
        `${field}.${matrix.matrix}: found ${count} ${name}, expected a whole number of at least 1.`,
        hint,
      );
    }
    if (wanted === undefined || wanted === linesPerUnit) continue;
    throw new PivotscopeError(
      "bad-input",
      `${field}.${matrix.matrix}: found ${linesPerUnit} lines per unit, expected ${wanted}.`,
      hint,
    );
  }
}

function checkTerms<Name extends string>(
  field: string,
  module: Module,
  matrix: WeightTerms & Readonly<Record<Name, Float64Array>>,
  names: readonly Name[],
): void {
  for (const name of names) {
    checkArray(`${field}.${name}`, matrix[name], module.unitCount * matrix.linesPerUnit, "lines there");
  }
}

function checkArray(
  name: string,
  array: Float64Array,
  length: number,
  of: string,
  sign: "any" | "not negative" = "not negative",
): void {
  if (array.length !== length) {
    throw new PivotscopeError(
      "bad-input",
      `${name}: found ${plural(array.length, "number")}, but the model has ${length} ${of}.`,
      hint,
    );
  }
  const least = sign === "any" ? -Number.MAX_VALUE : 0;
  for (let index = 0; index < length; index++) {
    const value = array[index] ?? Number.NaN;
    if (value >= least && value < Number.POSITIVE_INFINITY) continue;
    throw new PivotscopeError(
      "bad-input",
      `${name}[${index}]: found ${value}, expected a finite number${sign === "any" ? "" : " that is not negative"}.`,
      hint,
    );
  }
}
