/**
 * The terms of the other methods in a statistics file, beside the method's own:
 * `baselines: {modules: {"text.0.mlp": {matrices: {gate: {lines_per_unit, line_length, absolute, …}}, input: {mean, …}}},
 * probability_attribution: {"text.0.mlp": […]}}`. Numbers are written with nine digits, which name a float32 exactly.
 */
import { PivotscopeError } from "./errors.ts";
import { type JsonObject, readField, readInteger, readNumbers, readObject } from "./json-check.ts";
import { readModules, splitByModule } from "./module-arrays.ts";
import type { BaselineStatistics, InputStatistics, MatrixName, MatrixTerms, ModuleTerms } from "./statistics.ts";
import { INPUT_NAMES, MATRIX_TERM_NAMES, validateBaselines } from "./statistics-check.ts";
import type { UnitLayout } from "./unit.ts";

const MATRIX_NAMES: readonly MatrixName[] = ["query", "key", "value", "output", "gate", "up", "down", "fc1", "fc2"];

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

/** @throws PivotscopeError `bad-input` naming the field that is absent or does not fit the layout. */
export function readBaselines(found: unknown, layout: UnitLayout): BaselineStatistics {
  const file = readObject("baselines", found);
  const field = (name: string) => readObject(`baselines.${name}`, readField("baselines", file, name));
  const baselines: BaselineStatistics = {
    modules: readModules(layout, "baselines.modules", field("modules"), readTerms),
    probabilityAttribution: Float64Array.from(
      readModules(layout, "baselines.probability_attribution", field("probability_attribution"), (name, list, module) =>
        readNumbers(name, list, module.unitCount, -Number.MAX_VALUE, Number.MAX_VALUE),
      ).flat(),
    ),
  };
  validateBaselines(layout, baselines);
  return baselines;
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

function readTerms(field: string, found: unknown): ModuleTerms {
  const file = readObject(field, found);
  const matrices = readObject(`${field}.matrices`, readField(field, file, "matrices"));
  const stranger = Object.keys(matrices).find((name) => !MATRIX_NAMES.some((known) => known === name));
  if (stranger !== undefined) {
    throw new PivotscopeError(
      "bad-input",
      `${field}.matrices.${stranger}: is not a matrix; expected some of ${MATRIX_NAMES.join(", ")}.`,
    );
  }
  const input = readObject(`${field}.input`, readField(field, file, "input"));
  return {
    matrices: MATRIX_NAMES.filter((name) => Object.hasOwn(matrices, name)).map((name) =>
      readMatrix(`${field}.matrices.${name}`, name, matrices[name]),
    ),
    input: readArrays(`${field}.input`, input, INPUT_NAMES) satisfies InputStatistics,
  };
}

function readMatrix(field: string, matrix: MatrixName, found: unknown): MatrixTerms {
  const file = readObject(field, found);
  const count = (name: string) =>
    readInteger(`${field}.${name}`, readField(field, file, name), 1, Number.MAX_SAFE_INTEGER);
  return {
    matrix,
    linesPerUnit: count("lines_per_unit"),
    lineLength: count("line_length"),
    ...readArrays(field, file, MATRIX_TERM_NAMES),
  };
}

/** Named lists of an object; signs and lengths are checked against the layout later. */
function readArrays<Name extends string>(
  field: string,
  file: JsonObject,
  names: readonly Name[],
): Record<Name, Float64Array> {
  const arrays: Partial<Record<Name, Float64Array>> = {};
  for (const name of names) {
    const key = snakeCase(name);
    arrays[name] = Float64Array.from(
      readNumbers(`${field}.${key}`, readField(field, file, key), null, -Number.MAX_VALUE, Number.MAX_VALUE),
    );
  }
  return arrays as Record<Name, Float64Array>;
}

function compact(numbers: ArrayLike<number>): number[] {
  return Array.from(numbers, (number) => Number(number.toPrecision(9)));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
