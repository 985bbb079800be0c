/**
 * The terms of the other methods in a statistics file, beside the method's own:
 * `baselines: {modules: {"text.0.mlp": {matrices: {gate: {lines_per_unit, line_length, absolute, …}}, input: {mean, …}}},
 * probability_attribution: {"text.0.mlp": […]}}`. Numbers are written with nine digits, which name a float32 exactly.
 */
import { PivotscopeError } from "./errors.ts";
import type { JsonObject } from "./json/schemas.ts";
import { splitByModule } from "./module-arrays.ts";
import type { BaselineStatistics, ModuleTerms } from "./statistics.ts";
import { INPUT_NAMES, MATRIX_TERM_NAMES } from "./statistics-check.ts";
import type { UnitLayout } from "./unit.ts";

/** As plain objects, for JSON. */
export function writeBaselines(layout: UnitLayout, baselines: BaselineStatistics): JsonObject {
  const attribution = splitByModule(layout, baselines.probabilityAttribution);
  return {
    modules: Object.fromEntries(
      layout.modules.map((module, index) => {
        const terms = baselines.modules[index];
        if (!terms) throw new PivotscopeError("internal", `${module.key}: its terms are missing.`);
        return [module.key, writeTerms(terms)];
      }),
    ),
    probability_attribution: Object.fromEntries(
      Object.entries(attribution).map(([key, numbers]) => [key, compact(numbers)]),
    ),
  };
}

function writeTerms({ matrices, input }: ModuleTerms): JsonObject {
  return {
    matrices: Object.fromEntries(
      matrices.map((matrix) => [
        matrix.matrix,
        {
          lines_per_unit: matrix.linesPerUnit,
          line_length: matrix.lineLength,
          ...Object.fromEntries(MATRIX_TERM_NAMES.map((name) => [snakeCase(name), compact(matrix[name])])),
        },
      ]),
    ),
    input: Object.fromEntries(INPUT_NAMES.map((name) => [snakeCase(name), compact(input[name])])),
  };
}

function compact(numbers: ArrayLike<number>): number[] {
  return Array.from(numbers, (number) => Number(number.toPrecision(9)));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
