/** Reads the JSON file of statistics, see statistics-json.ts. */
import * as v from "valibot";
import { PivotscopeError } from "./errors.ts";
import { readModules } from "./json/modules.ts";
import { parseJson, readJson, textSource } from "./json/read.ts";
import { anyObject, anything, integer, type JsonObject, number, numbers, object } from "./json/schemas.ts";
import { readBaselines } from "./parse-baselines.ts";
import type { Statistics } from "./statistics.ts";
import { validateStatistics } from "./statistics-check.ts";
import type { UnitLayout } from "./unit.ts";

const SOURCE = textSource("statistics", "The statistics file");
const count = v.optional(integer(0), 0);
const atLeastZero = number(0);

const statisticsSchema = object({
  calibration: v.optional(object({ samples: count, batches: count, pivot_batches: count })),
  unit_cost: anyObject,
  attribution_global: anyObject,
  attribution_pivot: anyObject,
  cmds: anyObject,
  sens: anyObject,
  baselines: anything,
});

/** Reads statistics for a model. @throws PivotscopeError `bad-input` naming the field that is absent or does not fit. */
export function parseStatistics(text: string, layout: UnitLayout): Statistics {
  return readStatistics(parseJson(text, SOURCE), layout);
}

/** The same for parsed JSON. */
export function readStatistics(found: unknown, layout: UnitLayout): Statistics {
  const file = readJson(statisticsSchema, found, SOURCE);
  const perUnit = (name: "attribution_global" | "attribution_pivot") => {
    const lists = readModules(layout, name, file[name], ({ unitCount }) => numbers(0, { length: unitCount }), SOURCE);
    return Float64Array.from(lists.flat());
  };
  const perModule = (name: "cmds" | "sens") =>
    Float64Array.from(readModules(layout, name, file[name], () => atLeastZero, SOURCE));
  checkCosts(file.unit_cost, layout);
  const { samples = 0, batches = 0, pivot_batches: pivotBatches = 0 } = file.calibration ?? {};
  const statistics: Statistics = {
    attributionGlobal: perUnit("attribution_global"),
    attributionPivot: perUnit("attribution_pivot"),
    cmds: perModule("cmds"),
    sens: perModule("sens"),
    samples,
    batches,
    pivotBatches,
    baselines: file.baselines === undefined ? null : readBaselines(file.baselines, layout, SOURCE),
  };
  validateStatistics(layout, statistics);
  return statistics;
}

function checkCosts(found: JsonObject, layout: UnitLayout): void {
  for (const { tower, kind, unitCost } of layout.modules) {
    const name = `${tower}.${kind}`;
    const cost = readJson(object({ [name]: atLeastZero }), found, SOURCE, "unit_cost")[name];
    if (cost === unitCost) continue;
    throw new PivotscopeError(
      "bad-input",
      `unit_cost.${name}: found ${cost}, but a unit of this model costs ${unitCost} parameters.`,
      "Check that the file was made for this model.",
    );
  }
}
