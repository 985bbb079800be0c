/**
 * Results of experiments as a JSON file:
 * `{version, description, model, cmds, samples, scoreNames, traces, cells}` where a cell is
 * `{id, series, place, reachedRatio, records}` and a record `{sample, scores, kl, text}`: scores in the order of
 * `scoreNames`, KL per token in nats at five significant digits. A number that is not finite is null and read as NaN.
 */
import { PivotscopeError, reworded } from "../errors.ts";
import {
  type JsonObject,
  parseJson,
  readField,
  readInteger,
  readNumber,
  readNumbers,
  readObject,
  readString,
  showValue,
} from "../json-check.ts";
import { readDescription } from "./description.ts";
import type { CellResult, ExperimentResult, SampleRecord, TraceRecord } from "./experiment.ts";
import { type SampleScores, SCORE_NAMES } from "./scores.ts";

export const RESULT_VERSION = 1;

const DIGITS = 5;
const LARGE = Number.MAX_SAFE_INTEGER;

/** The result as a file's text, without a line end. */
export function serialiseResult(result: ExperimentResult): string {
  const { description, model, cmds, samples, traces, cells } = result;
  return JSON.stringify({
    version: RESULT_VERSION,
    description: readDescription(description),
    model,
    cmds: cmds.map(finiteOrNull),
    samples,
    scoreNames: SCORE_NAMES,
    traces,
    cells: cells.map(({ cell, records }) => ({ ...cell, records: records.map(describeRecord) })),
  });
}

/** A record as files have it; records are the same when these are. */
export function describeRecord({ sample, scores, kl, text }: SampleRecord) {
  return {
    sample,
    scores: SCORE_NAMES.map((name) => finiteOrNull(scores[name])),
    kl: Array.from(kl, (value) => (Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null)),
    text,
  };
}

/**
 * Reads a result and checks that it hangs together: every record belongs to a trace and has its length, nothing is there
 * twice.
 * @throws PivotscopeError `bad-input` naming the field at fault; `unsupported` for another version; as `readDescription`.
 */
export function parseResult(text: string): ExperimentResult {
  const file = readObject("result", parseJson(text, "The result"));
  const version = readInteger("version", readField("", file, "version"), 0, LARGE);
  if (version !== RESULT_VERSION) {
    throw new PivotscopeError(
      "unsupported",
      `version: found ${version}, this program reads version ${RESULT_VERSION}.`,
      "Measure again with this program.",
    );
  }
  const description = inField("description", () => readDescription(readField("", file, "description")));
  const model = readObject("model", readField("", file, "model"));
  const traces = readList("traces", readField("", file, "traces")).map((trace, index) =>
    readTrace(`traces[${index}]`, trace),
  );
  refuseRepeats(
    "traces",
    "sample",
    traces.map(({ sample }) => `${sample}`),
  );
  const order = readScoreOrder(readField("", file, "scoreNames"));
  const lengths = new Map(traces.map(({ sample, tokens }) => [sample, tokens]));
  const series = description.kind === "sweep" ? description.series.map(({ id }) => id) : [];
  const cells = readList("cells", readField("", file, "cells")).map((cell, index) =>
    readCell(`cells[${index}]`, cell, { series, order, lengths }),
  );
  refuseRepeats(
    "cells",
    "id",
    cells.map(({ cell }) => cell.id),
  );
  return {
    description,
    model: {
      name: readString("model.name", readField("model", model, "name")),
      weightHash: readString("model.weightHash", readField("model", model, "weightHash")),
      backend: readString("model.backend", readField("model", model, "backend")),
    },
    cmds: readList("cmds", readField("", file, "cmds")).map((value, index) => readScore(`cmds[${index}]`, value)),
    samples: readInteger("samples", readField("", file, "samples"), 0, LARGE),
    traces,
    cells,
  };
}

interface CellContext {
  readonly series: readonly string[];
  /** Where each score of SCORE_NAMES stands in a record's list. */
  readonly order: readonly number[];
  /** Trace tokens by sample. */
  readonly lengths: ReadonlyMap<number, number>;
}

function readCell(field: string, found: unknown, context: CellContext): CellResult {
  const cell = readObject(field, found);
  const series = readStringOrNull(`${field}.series`, readField(field, cell, "series"));
  if (series !== null && !context.series.includes(series)) {
    throw new PivotscopeError("bad-input", `${field}.series: the description has no series ${showValue(series)}.`);
  }
  const id = readString(`${field}.id`, readField(field, cell, "id"));
  const records = readList(`${field}.records`, readField(field, cell, "records")).map((record, index) =>
    readRecord(`${field}.records[${index}]`, record, context),
  );
  refuseRepeats(
    `${field}.records`,
    "sample",
    records.map(({ sample }) => `${sample}`),
  );
  return {
    cell: {
      id,
      series,
      place: readNumber(`${field}.place`, readField(field, cell, "place"), 0, LARGE),
      reachedRatio: readNumber(`${field}.reachedRatio`, readField(field, cell, "reachedRatio"), 0, 1),
    },
    records,
  };
}

function readRecord(field: string, found: unknown, { order, lengths }: CellContext): SampleRecord {
  const record = readObject(field, found);
  const sample = readInteger(`${field}.sample`, readField(field, record, "sample"), 0, LARGE);
  const tokens = lengths.get(sample);
  if (tokens === undefined) {
    throw new PivotscopeError("bad-input", `${field}.sample: there is no trace of sample ${sample}.`);
  }
  const scores = readList(`${field}.scores`, readField(field, record, "scores"));
  const kl = readList(`${field}.kl`, readField(field, record, "kl"));
  if (kl.length !== tokens) {
    throw new PivotscopeError(
      "bad-input",
      `${field}.kl: found ${kl.length} numbers, but the trace of sample ${sample} has ${tokens} tokens.`,
    );
  }
  const values = order.map((place) => readScore(`${field}.scores[${place}]`, scores[place]));
  return {
    sample,
    scores: scoresOf(values),
    kl: Float32Array.from(kl, (value, index) => readScore(`${field}.kl[${index}]`, value)),
    text: readStringOrNull(`${field}.text`, readField(field, record, "text")),
  };
}

function scoresOf(values: readonly number[]): SampleScores {
  const entries = SCORE_NAMES.map((name, index) => [name, values[index] ?? Number.NaN] as const);
  return Object.fromEntries(entries) as SampleScores;
}

function readScoreOrder(found: unknown): readonly number[] {
  const names = readList("scoreNames", found);
  return SCORE_NAMES.map((name) => {
    const place = names.indexOf(name);
    if (place >= 0) return place;
    throw new PivotscopeError("bad-input", `scoreNames: "${name}" is missing.`, "Measure again with this program.");
  });
}

function readTrace(field: string, found: unknown): TraceRecord {
  const trace = readObject(field, found);
  const tokens = readInteger(`${field}.tokens`, readField(field, trace, "tokens"), 0, LARGE);
  return {
    sample: readInteger(`${field}.sample`, readField(field, trace, "sample"), 0, LARGE),
    family: readStringOrNull(`${field}.family`, readField(field, trace, "family")),
    kind: readStringOrNull(`${field}.kind`, readField(field, trace, "kind")),
    text: readString(`${field}.text`, readField(field, trace, "text")),
    tokens,
    pivots: readIntegers(`${field}.pivots`, trace, "pivots", null, 0, tokens - 1),
    steps: readIntegers(`${field}.steps`, trace, "steps", tokens, -1, LARGE),
  };
}

function readIntegers(
  field: string,
  object: JsonObject,
  name: string,
  length: number | null,
  minimum: number,
  maximum: number,
): readonly number[] {
  const found = object[name];
  return readNumbers(field, found, length, minimum, maximum).map((value, index) =>
    readInteger(`${field}[${index}]`, value, minimum, maximum),
  );
}

/** A number, or NaN for null. */
function readScore(field: string, found: unknown): number {
  return found === null ? Number.NaN : readNumber(field, found, -Number.MAX_VALUE, Number.MAX_VALUE);
}

function readStringOrNull(field: string, found: unknown): string | null {
  return found === null ? null : readString(field, found);
}

function readList(field: string, found: unknown): readonly unknown[] {
  if (Array.isArray(found)) return found;
  throw new PivotscopeError("bad-input", `${field}: found ${showValue(found)}, expected a list.`);
}

function refuseRepeats(field: string, what: string, values: readonly string[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw new PivotscopeError("bad-input", `${field}: ${what} ${value} is listed twice.`);
    seen.add(value);
  }
}

function inField<Value>(field: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PivotscopeError)) throw error;
    throw reworded(error, `${field}: ${error.message}`);
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
