/** A statistics file as a plan needs it: the numbers, and what it says about how they came to be. */

import { open, stat } from "node:fs/promises";
import * as v from "valibot";
import { fileSource, parseJson, readJson } from "../core/json/read.ts";
import { anyObject, object, text } from "../core/json/schemas.ts";
import { parseParameters } from "../core/parameters/parse.ts";
import { choiceDescriptions, type MethodParameters, parameterDescriptions } from "../core/parameters.ts";
import { readStatistics } from "../core/parse-statistics.ts";
import type { Statistics } from "../core/statistics.ts";
import type { UnitLayout } from "../core/unit.ts";
import { looksLikeSafetensors, readStatistics as readCompact } from "../models/statistics-file/read-statistics.ts";
import { inFile, readBytes, readText } from "./files.ts";

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

const aboutSchema = object({
  model: v.nullish(text, "an unnamed model"),
  weight_hash: v.nullish(text, ""),
  parameters: v.nullish(anyObject, {}),
});

/** A statistics file's content: JSON as text, safetensors as bytes. @throws PivotscopeError as `readText`. */
export async function readStatisticsContent(path: string): Promise<string | Uint8Array<ArrayBuffer>> {
  return (await readsSafetensors(path)) ? readBytes(path) : readText(path);
}

async function readsSafetensors(path: string): Promise<boolean> {
  // A pipe gives its bytes once; what cannot be opened is named by what reads it next.
  const found = await stat(path).catch(() => null);
  const handle = found?.isFile() ? await open(path).catch(() => null) : null;
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(9), 0, 9, 0);
    return looksLikeSafetensors(buffer.subarray(0, bytesRead));
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

/** Reads a statistics file for a model's layout. @throws PivotscopeError naming file and field at fault. */
export function readStatisticsFile(
  content: string | Uint8Array<ArrayBuffer>,
  file: string,
  layout: UnitLayout,
): StatisticsFile {
  const source = fileSource(file, { code: "bad-input" });
  const compact = typeof content === "string" ? null : readCompact(content, file, layout);
  const found = compact?.about ?? parseJson(content as string, source);
  const { model: name, weight_hash: weightHash, parameters } = readJson(aboutSchema, found, source);
  const stated = Object.entries(parameters).filter(([key]) => STATED_PARAMETERS.has(key));
  return {
    statistics: compact?.statistics ?? inFile(file, () => readStatistics(found, layout)),
    origin: { name, weightHash },
    parameters: inFile(file, () => parseParameters(Object.fromEntries(stated))),
  };
}
