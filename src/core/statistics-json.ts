/**
 * Statistics as a JSON file: `attribution_global`, `attribution_pivot` (lists), `cmds`, `sens` (numbers) keyed
 * `tower.layer.kind`, `unit_cost` keyed `tower.kind`; optional `calibration`:
 * `{samples, batches, pivot_batches}`, and `baselines`, see baselines-json.ts. Other fields are left alone, so a file may say more about how it was made.
 */
import { readBaselines, writeBaselines } from "./baselines-json.ts";
import { PivotscopeError } from "./errors.ts";
import { parseJson, readField, readInteger, readNumber, readNumbers, readObject } from "./json-check.ts";
import { keyByModule, readModules, splitByModule } from "./module-arrays.ts";
import type { Statistics } from "./statistics.ts";
import { validateStatistics } from "./statistics-check.ts";
import type { UnitLayout } from "./unit.ts";

/** @param extra fields to put beside the statistics, for example the model's name and the calibration's parameters. */
export function serialiseStatistics(
  layout: UnitLayout,
  statistics: Statistics,
  extra: Readonly<Record<string, unknown>> = {},
): string {
  const unitCost: Record<string, number> = {};
  for (const module of layout.modules) unitCost[`${module.tower}.${module.kind}`] = module.unitCost;
  return JSON.stringify({
    ...extra,
    calibration: {
      samples: statistics.samples,
      batches: statistics.batches,
      pivot_batches: statistics.pivotBatches,
    },
    unit_cost: unitCost,
    cmds: keyByModule(layout, statistics.cmds),
    sens: keyByModule(layout, statistics.sens),
    attribution_global: splitByModule(layout, statistics.attributionGlobal),
    attribution_pivot: splitByModule(layout, statistics.attributionPivot),
    ...(statistics.baselines === null ? {} : { baselines: writeBaselines(layout, statistics.baselines) }),
  });
}

/** Reads statistics for a model. @throws PivotscopeError `bad-input` naming the field that is absent or does not fit. */
export function parseStatistics(text: string, layout: UnitLayout): Statistics {
  return readStatistics(parseJson(text, "The statistics file"), layout);
}

/** The same for parsed JSON. */
export function readStatistics(found: unknown, layout: UnitLayout): Statistics {
  const file = readObject("statistics", found);
  const perUnit = (name: string): Float64Array => {
    const lists = readModules(layout, name, readObject(name, readField("", file, name)), (field, list, module) =>
      readNumbers(field, list, module.unitCount, 0, Number.MAX_VALUE),
    );
    return Float64Array.from(lists.flat());
  };
  const perModule = (name: string): Float64Array =>
    Float64Array.from(
      readModules(layout, name, readObject(name, readField("", file, name)), (field, value) =>
        readNumber(field, value, 0, Number.MAX_VALUE),
      ),
    );
  const calibration = Object.hasOwn(file, "calibration") ? readObject("calibration", file.calibration) : {};
  const count = (name: string): number =>
    Object.hasOwn(calibration, name)
      ? readInteger(`calibration.${name}`, calibration[name], 0, Number.MAX_SAFE_INTEGER)
      : 0;

  checkCosts(readObject("unit_cost", readField("", file, "unit_cost")), layout);
  const statistics: Statistics = {
    attributionGlobal: perUnit("attribution_global"),
    attributionPivot: perUnit("attribution_pivot"),
    cmds: perModule("cmds"),
    sens: perModule("sens"),
    samples: count("samples"),
    batches: count("batches"),
    pivotBatches: count("pivot_batches"),
    baselines: file.baselines === undefined ? null : readBaselines(file.baselines, layout),
  };
  validateStatistics(layout, statistics);
  return statistics;
}

function checkCosts(costs: Readonly<Record<string, unknown>>, layout: UnitLayout): void {
  for (const module of layout.modules) {
    const kind = `${module.tower}.${module.kind}`;
    const cost = readNumber(`unit_cost.${kind}`, readField("unit_cost", costs, kind), 0, Number.MAX_VALUE);
    if (cost === module.unitCost) continue;
    throw new PivotscopeError(
      "bad-input",
      `unit_cost.${kind}: found ${cost}, but a unit of this model costs ${module.unitCost} parameters.`,
      "Check that the file was made for this model.",
    );
  }
}
