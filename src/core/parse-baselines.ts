/** Reads the other methods' terms in a statistics file, see baselines-json.ts. */
import * as v from "valibot";
import { readModules } from "./json/modules.ts";
import { type FieldSource, readJson } from "./json/read.ts";
import { anyObject, integer, numbers, object, objectOnly } from "./json/schemas.ts";
import type { BaselineStatistics, MatrixName, MatrixTerms, ModuleTerms } from "./statistics.ts";
import { MATRIX_NAMES, validateBaselines } from "./statistics-check.ts";
import type { UnitLayout } from "./unit.ts";

/** Signs and lengths are checked against the layout later. */
const array = v.pipe(
  numbers(),
  v.transform((entries) => Float64Array.from(entries)),
);

const matrixSchema = object({
  lines_per_unit: integer(1),
  line_length: integer(1),
  absolute: array,
  square: array,
  taylor_vector: array,
  taylor_first: array,
  taylor_second: array,
  taylor_mix: array,
});

const termsSchema = object({
  matrices: objectOnly(
    Object.fromEntries(MATRIX_NAMES.map((name) => [name, v.optional(matrixSchema)])) as {
      readonly [Name in MatrixName]: v.OptionalSchema<typeof matrixSchema, undefined>;
    },
  ),
  input: object({ mean: array, fluctuation: array, fluctuation_welford: array, energy: array }),
});

const fileSchema = object({ modules: anyObject, probability_attribution: anyObject });

/** @throws PivotscopeError `bad-input` naming the field that is absent or does not fit the layout. */
export function readBaselines(found: unknown, layout: UnitLayout, source: FieldSource): BaselineStatistics {
  const field = "baselines";
  const file = readJson(fileSchema, found, source, field);
  const modules = readModules(layout, `${field}.modules`, file.modules, () => termsSchema, source);
  const attribution = readModules(
    layout,
    `${field}.probability_attribution`,
    file.probability_attribution,
    ({ unitCount }) => numbers(undefined, { length: unitCount }),
    source,
  );
  const baselines: BaselineStatistics = {
    modules: modules.map(termsOf),
    probabilityAttribution: Float64Array.from(attribution.flat()),
  };
  validateBaselines(layout, baselines);
  return baselines;
}

function termsOf({ matrices, input }: v.InferOutput<typeof termsSchema>): ModuleTerms {
  return {
    matrices: MATRIX_NAMES.flatMap((name) => {
      const matrix = matrices[name];
      return matrix === undefined ? [] : [matrixOf(name, matrix)];
    }),
    input: {
      mean: input.mean,
      fluctuation: input.fluctuation,
      fluctuationWelford: input.fluctuation_welford,
      energy: input.energy,
    },
  };
}

function matrixOf(matrix: MatrixName, found: v.InferOutput<typeof matrixSchema>): MatrixTerms {
  return {
    matrix,
    linesPerUnit: found.lines_per_unit,
    lineLength: found.line_length,
    absolute: found.absolute,
    square: found.square,
    taylorVector: found.taylor_vector,
    taylorFirst: found.taylor_first,
    taylorSecond: found.taylor_second,
    taylorMix: found.taylor_mix,
  };
}
