/** A report as a JSON file. `page.ts` makes it readable, and `tables.ts` puts several into a table. */
import type * as v from "valibot";
import * as valibot from "valibot";
import { PivotscopeError, reworded } from "../src/core/errors.ts";
import { fileSource, parseJson, readJson } from "../src/core/json/read.ts";
import { integer, list, number, object, oneOf, text } from "../src/core/json/schemas.ts";
import { checkVersion } from "../src/core/json/version.ts";

export const REPORT_VERSION = 1;

/** Repeated measurements of one thing after warming up, in the unit that stands beside it. */
const spread = object({ median: number(0), lowest: number(0), highest: number(0), repeats: integer(1) });

/** Skipped: the time was used up, or the GPU lacks what it is about. */
const status = oneOf(["done", "failed", "skipped"]);

const about = { name: text, model: text, precision: oneOf(["float32", "float16"]) };

const check = object({ ...about, status: oneOf(["passed", "failed", "skipped"]), detail: text, seconds: number(0) });

const measurement = object({ ...about, unit: text, status, detail: text, value: valibot.nullable(spread) });

const comparison = object({
  name: text,
  status,
  detail: text,
  unit: text,
  fused: valibot.nullable(spread),
  composed: valibot.nullable(spread),
  /** Composed by fused: above 1 the fused kernel is faster. */
  ratio: valibot.nullable(number(0)),
});

const reportSchema = object({
  version: integer(1),
  /** When it was begun, ISO 8601 in UTC. */
  made: text,
  program: object({ version: text, webgpu: text, onnxruntime: text }),
  machine: object({
    platform: text,
    architecture: text,
    processor: text,
    cores: integer(1),
    memoryBytes: integer(0),
    runtime: text,
  }),
  adapter: object({
    name: text,
    vendor: text,
    architecture: text,
    device: text,
    description: text,
    /** What renders where it is no graphics hardware. */
    software: valibot.nullable(text),
    subgroups: valibot.nullable(object({ minimum: integer(0), maximum: integer(0) })),
    features: list(text),
    limits: valibot.record(valibot.string(), number(0)),
  }),
  budget: object({ seconds: number(0), used: number(0) }),
  checks: list(check),
  measurements: list(measurement),
  comparisons: list(comparison),
});

export type Report = v.InferOutput<typeof reportSchema>;
export type Check = Report["checks"][number];
export type Measurement = Report["measurements"][number];
export type Comparison = Report["comparisons"][number];
export type Spread = v.InferOutput<typeof spread>;

/**
 * Reads the text of a report's file.
 * @throws PivotscopeError `bad-input` naming file and field at fault, `unsupported` for another version.
 */
export function parseReport(json: string, file: string): Report {
  const source = fileSource(file);
  const found = parseJson(json, source);
  try {
    checkVersion(found, REPORT_VERSION, source, "Make the report again with this program.");
  } catch (error) {
    // A missing version is named with its file already.
    const other = error instanceof PivotscopeError && error.code === "unsupported";
    throw other ? reworded(error, `${file}: ${error.message}`) : error;
  }
  return readJson(reportSchema, found, source);
}
