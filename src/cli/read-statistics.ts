/** A statistics file as a plan needs it: the numbers, and what it says about how they came to be. */

import { open, stat } from "node:fs/promises";
import { fileSource, parseJson } from "../core/json/read.ts";
import type { MethodParameters } from "../core/parameters.ts";
import type { Statistics } from "../core/statistics.ts";
import type { UnitLayout } from "../core/unit.ts";
import { looksLikeSafetensors } from "../models/statistics-file/read-statistics.ts";
import { openStatisticsFile } from "../models/statistics-file/read-statistics-file.ts";
import { readBytes, readText } from "./files.ts";

export interface StatisticsFile {
  readonly statistics: Statistics;
  /** Name and hash of the model that was calibrated; empty where the file does not say. */
  readonly origin: { readonly name: string; readonly weightHash: string };
  /** The paper's values with the file's own calibration parameters in their place. */
  readonly parameters: MethodParameters;
}

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
  const opened = openStatisticsFile(
    typeof content === "string" ? { json: parseJson(content, fileSource(file, { code: "bad-input" })) } : content,
    file,
  );
  const { origin, parameters } = opened;
  return { statistics: opened.read(layout), origin, parameters };
}
