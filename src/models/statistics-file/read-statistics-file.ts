/** A statistics file of either kind as a plan needs it: the numbers, and what it says about how they came to be. */
import * as v from "valibot";
import { inFile } from "../../core/errors.ts";
import { fileSource, readJson } from "../../core/json/read.ts";
import { anyObject, object, text } from "../../core/json/schemas.ts";
import { parseParameters } from "../../core/parameters/parse.ts";
import { choiceDescriptions, type MethodParameters, parameterDescriptions } from "../../core/parameters.ts";
import { readStatistics } from "../../core/parse-statistics.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { UnitLayout } from "../../core/unit.ts";
import type { WeightsOrigin } from "../weights-match.ts";
import { readAbout, readStatistics as readCompact } from "./read-statistics.ts";

/** A file whose numbers have not been read yet. */
export interface OpenedStatistics {
  /** Name and hash of the model that was calibrated; empty where the file does not say. */
  readonly origin: WeightsOrigin;
  /** The paper's values with the file's own calibration parameters in their place. */
  readonly parameters: MethodParameters;
  /** The calibration parameters that the file states, and no others. */
  readonly stated: Partial<MethodParameters>;
  /** The numbers. @throws PivotscopeError naming file and field where they do not fit the layout. */
  read(layout: UnitLayout): Statistics;
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

const aboutSchema = object({
  model: v.nullish(text, "an unnamed model"),
  weight_hash: v.nullish(text, ""),
  parameters: v.nullish(anyObject, {}),
});

/**
 * Opens a statistics file as far as it says what it was made from.
 * @param content the bytes of a safetensors file, or parsed JSON.
 * @throws PivotscopeError naming file and field at fault.
 */
export function openStatisticsFile(
  content: Uint8Array<ArrayBuffer> | { readonly json: unknown },
  file: string,
): OpenedStatistics {
  const source = fileSource(file, { code: "bad-input" });
  const compact = content instanceof Uint8Array ? content : null;
  const found = content instanceof Uint8Array ? readAbout(content, file) : content.json;
  const { model: name, weight_hash: weightHash, parameters } = readJson(aboutSchema, found, source);
  const given = Object.entries(parameters).filter(([key]) => STATED_PARAMETERS.has(key));
  const whole = inFile(file, () => parseParameters(Object.fromEntries(given)));
  const names = new Set(given.map(([key]) => key));
  return {
    origin: { name, weightHash },
    parameters: whole,
    stated: Object.fromEntries(Object.entries(whole).filter(([key]) => names.has(key))),
    read: (layout) =>
      compact ? readCompact(compact, file, layout).statistics : inFile(file, () => readStatistics(found, layout)),
  };
}
