/** A statistics file as a plan needs it: the numbers, and what it says about how they came to be. */

import { parseParameters } from "../core/parameters/parse.ts";
import { choiceDescriptions, type MethodParameters, parameterDescriptions } from "../core/parameters.ts";
import { readStatistics } from "../core/parse-statistics.ts";
import type { Statistics } from "../core/statistics.ts";
import type { UnitLayout } from "../core/unit.ts";
import { Fields, parseJson } from "../models/json.ts";
import { inFile } from "./files.ts";

export interface StatisticsFile {
  readonly statistics: Statistics;
  /** Name and hash of the model that was calibrated; empty where the file does not say. */
  readonly origin: { readonly name: string; readonly weightHash: string };
  /** The paper's values with the file's own calibration parameters in their place. */
  readonly parameters: MethodParameters;
}

const CALIBRATION_PARAMETERS: ReadonlySet<string> = new Set([
  "markers",
  ...[...parameterDescriptions, ...choiceDescriptions]
    .filter(({ redo }) => redo === "calibration")
    .map(({ name }) => name),
]);

/** The seed places random pivots during calibration, and may still be changed for what is drawn from it later. */
const STATED_PARAMETERS: ReadonlySet<string> = new Set([...CALIBRATION_PARAMETERS, "randomSeed"]);

/** Whether a parameter only takes effect when the model is calibrated anew. */
export function isCalibrationParameter(name: string): boolean {
  return CALIBRATION_PARAMETERS.has(name);
}

/** Reads a statistics file for a model's layout. @throws PivotscopeError naming file and field at fault. */
export function readStatisticsFile(text: string, file: string, layout: UnitLayout): StatisticsFile {
  const fields = Fields.of(parseJson(text, file), file, "");
  const record = Object.fromEntries(fields.keys().map((key) => [key, fields.raw(key)]));
  const stated = fields.objectOrEmpty("parameters");
  const calibration = stated.keys().filter((key) => STATED_PARAMETERS.has(key));
  return {
    statistics: inFile(file, () => readStatistics(record, layout)),
    origin: { name: fields.string("model", "an unnamed model"), weightHash: fields.string("weight_hash", "") },
    parameters: inFile(file, () =>
      parseParameters(Object.fromEntries(calibration.map((key) => [key, stated.raw(key)]))),
    ),
  };
}
