/**
 * Records of a calibration so far: made after a run, read again from wherever they were kept, and refused where they belong
 * to something else. See `CalibrationRecord`.
 */
import * as v from "valibot";
import { PivotscopeError } from "../../core/errors.ts";
import { readJson, textSource } from "../../core/json/read.ts";
import { ids, integer, list, object, oneOf, text } from "../../core/json/schemas.ts";
import { sha256Of } from "../../models/weight-hash.ts";
import type {
  CalibrationIdentity,
  CalibrationParameters,
  CalibrationRecord,
  RecordRefusal,
  SummedSoFar,
  SumName,
} from "../contract.ts";
import type { ListedSample, PassSample } from "../pass/batch.ts";
import type { Model } from "../pass/model.ts";
import { pictureHashOf } from "../pass/picture-hash.ts";
import { sumLengths } from "./accumulators.ts";

/** Of the record's format and of what the sums mean: to be raised whenever either changes. */
export const RECORD_VERSION = 1;

const count = integer(0);

const floats = v.custom<Float32Array<ArrayBuffer>>((found) => found instanceof Float32Array, "an array of float32");

const sums = object({ pivot: floats, tokens: floats, terms: floats, inputs: floats, products: floats });

const recordSchema = object({
  version: count,
  of: object({
    weights: text,
    precision: oneOf(["float32", "float16"]),
    parameters: text,
    samples: object({ count: integer(1), inputs: text, traces: text }),
  }),
  done: object({ samples: integer(1), batches: integer(1), pivotBatches: count, sums }),
  traces: list(ids),
});

/** What a calibration belongs to. @param samples all of its samples, with traces and pivots. */
export async function identityOf(
  { weightHash, precision }: Pick<Model, "weightHash" | "precision">,
  samples: readonly PassSample[],
  parameters: CalibrationParameters,
): Promise<CalibrationIdentity> {
  const asked: InputOutline[] = [];
  for (const sample of samples) asked.push({ prompt: sample.prompt, pictureHash: await pictureHashOf(sample) });
  const [inputs, traces] = [await hashInputs(asked), await hashTraces(samples)];
  return {
    weights: weightHash,
    precision,
    parameters: parametersText(parameters),
    samples: { count: samples.length, inputs, traces },
  };
}

/** A seed that nothing is drawn from makes no other calibration. */
function parametersText({ batchSize, pivots }: CalibrationParameters): string {
  const { window, minimumMarkers, markers, pivotPlacement, randomSeed } = pivots;
  const seed = pivotPlacement === "random" ? randomSeed : null;
  return JSON.stringify({ batchSize, window, minimumMarkers, markers, pivotPlacement, seed });
}

type InputOutline = Pick<ListedSample, "prompt" | "pictureHash">;

/** Names what samples are asked: prompts and pictures, in their order. @returns hex SHA-256. */
export async function hashInputs(samples: readonly InputOutline[]): Promise<string> {
  return hashJson(samples.map(({ prompt, pictureHash }) => [prompt, pictureHash]));
}

async function hashTraces(samples: readonly PassSample[]): Promise<string> {
  return hashJson(samples.map(({ trace, pivots }) => [trace, pivots]));
}

async function hashJson(value: unknown): Promise<string> {
  return sha256Of([new TextEncoder().encode(JSON.stringify(value))]);
}

export function createRecord(
  of: CalibrationIdentity,
  samples: readonly PassSample[],
  done: SummedSoFar,
): CalibrationRecord {
  return { version: RECORD_VERSION, of, done, traces: samples.map(({ trace }) => trace) };
}

/**
 * A record from wherever it was kept.
 * @throws PivotscopeError `bad-input` naming the field that is wrong.
 */
export function parseRecord(found: unknown): CalibrationRecord {
  return readJson(recordSchema, found, textSource("calibration so far"));
}

/**
 * Reads `found`, before samples are looked at: only what the model and the constants say.
 * @returns the record, or why it cannot be gone on with.
 */
export function readRecord(
  found: unknown,
  model: Model,
  parameters: CalibrationParameters,
): CalibrationRecord | RecordRefusal {
  const { version } = (found ?? {}) as { readonly version?: unknown };
  if (typeof version === "number" && version !== RECORD_VERSION) return "version";
  let record: CalibrationRecord;
  try {
    record = parseRecord(found);
  } catch (error) {
    if (error instanceof PivotscopeError) return "damaged";
    throw error;
  }
  if (record.of.weights !== model.weightHash) return "weights";
  if (record.of.precision !== model.precision) return "precision";
  if (record.of.parameters !== parametersText(parameters)) return "parameters";
  return damaged(record, model, parameters) ? "damaged" : record;
}

/** Whether its numbers contradict each other or the model. */
function damaged({ of, done, traces }: CalibrationRecord, model: Model, { batchSize }: CalibrationParameters): boolean {
  const { samples, batches, pivotBatches } = done;
  const whole = samples === of.samples.count || samples === batches * batchSize;
  const lengths = Object.entries(sumLengths(model)) as [SumName, number][];
  return (
    !whole ||
    samples > of.samples.count ||
    batches !== Math.ceil(samples / batchSize) ||
    pivotBatches > batches ||
    traces.length !== of.samples.count ||
    lengths.some(([name, length]) => done.sums[name].length !== length)
  );
}

/** Whether a record is of these samples. */
export function sameSamples(record: CalibrationRecord, { samples }: CalibrationIdentity): boolean {
  const { count, inputs, traces } = record.of.samples;
  return count === samples.count && inputs === samples.inputs && traces === samples.traces;
}
