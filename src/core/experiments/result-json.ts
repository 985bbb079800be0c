/**
 * Results of experiments as a JSON file:
 * `{version, description, model, cmds, samples, scoreNames, traces, cells}` where a cell is
 * `{id, series, place, reachedRatio, unlikeFirst, records}` and a record `{sample, scores, kl, text}`: scores in the order of
 * `scoreNames`, KL per token in nats at five significant digits. A number that is not finite is null and read as NaN.
 */
import * as v from "valibot";
import { PivotscopeError, reworded } from "../errors.ts";
import { parseJson, readJson, textSource } from "../json/read.ts";
import { anything, integer, list, number, numbers, object, text } from "../json/schemas.ts";
import { showValue } from "../json/show.ts";
import { checkVersion } from "../json/version.ts";
import { plural } from "../words.ts";
import { readDescription } from "./description.ts";
import type { CellResult, ExperimentResult, SampleRecord, TraceRecord } from "./experiment.ts";
import { type SampleScores, SCORE_NAMES, SCORES_VERSION } from "./scores.ts";

export const RESULT_VERSION = SCORES_VERSION;

const DIGITS = 5;
const SOURCE = textSource("result", "The result");

const whole = integer(0);
const textOrNull = v.nullable(text);
/** A number, or NaN for null. */
const score = v.pipe(
  v.nullable(number()),
  v.transform((value) => value ?? Number.NaN),
);

const traceSchema = object({
  sample: whole,
  family: textOrNull,
  kind: textOrNull,
  text,
  tokens: whole,
  pivots: numbers(0, { whole: true }),
  steps: numbers(-1, { whole: true }),
});

const recordSchema = object({ sample: whole, scores: list(score), kl: list(score), text: textOrNull });

const cellSchema = object({
  id: text,
  series: textOrNull,
  place: number(0, Number.MAX_SAFE_INTEGER),
  reachedRatio: number(0, 1),
  unlikeFirst: v.optional(number(0, 1)),
  records: list(recordSchema),
});

const resultSchema = object({
  description: anything,
  model: object({ name: text, weightHash: text, backend: text }),
  cmds: list(score),
  samples: whole,
  scoreNames: list(anything),
  traces: list(traceSchema),
  cells: list(cellSchema),
});

type FoundCell = v.InferOutput<typeof cellSchema>;
type FoundRecord = v.InferOutput<typeof recordSchema>;

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
export function parseResult(json: string): ExperimentResult {
  const found = parseJson(json, SOURCE);
  checkVersion(found, RESULT_VERSION, SOURCE, "Measure again with this program.");
  const { model, cmds, samples, ...file } = readJson(resultSchema, found, SOURCE);
  const description = inField("description", () => readDescription(file.description));
  const traces = file.traces.map((trace, index) => checkTrace(`traces[${index}]`, trace));
  refuseRepeats(
    "traces",
    "sample",
    traces.map(({ sample }) => `${sample}`),
  );
  const order = scoreOrder(file.scoreNames);
  const lengths = new Map(traces.map(({ sample, tokens }) => [sample, tokens]));
  const series = description.kind === "sweep" ? description.series.map(({ id }) => id) : [];
  const cells = file.cells.map((cell, index) => cellOf(`cells[${index}]`, cell, { series, order, lengths }));
  refuseRepeats(
    "cells",
    "id",
    cells.map(({ cell }) => cell.id),
  );
  return { description, model, cmds, samples, traces, cells };
}

interface CellContext {
  readonly series: readonly string[];
  /** Where each score of SCORE_NAMES stands in a record's list. */
  readonly order: readonly number[];
  /** Trace tokens by sample. */
  readonly lengths: ReadonlyMap<number, number>;
}

function cellOf(field: string, { records, unlikeFirst, ...found }: FoundCell, context: CellContext): CellResult {
  const cell = unlikeFirst === undefined ? found : { ...found, unlikeFirst };
  if (cell.series !== null && !context.series.includes(cell.series)) {
    throw new PivotscopeError("bad-input", `${field}.series: the description has no series ${showValue(cell.series)}.`);
  }
  refuseRepeats(
    `${field}.records`,
    "sample",
    records.map(({ sample }) => `${sample}`),
  );
  return { cell, records: records.map((record, index) => recordOf(`${field}.records[${index}]`, record, context)) };
}

function recordOf(field: string, { sample, scores, kl, text }: FoundRecord, context: CellContext): SampleRecord {
  const tokens = context.lengths.get(sample);
  if (tokens === undefined) {
    throw new PivotscopeError("bad-input", `${field}.sample: there is no trace of sample ${sample}.`);
  }
  if (kl.length !== tokens) {
    throw new PivotscopeError(
      "bad-input",
      `${field}.kl: found ${plural(kl.length, "number")}, but the trace of sample ${sample} has ${plural(tokens, "token")}.`,
    );
  }
  const values = context.order.map((place) => {
    const value = scores[place];
    if (value === undefined) throw SOURCE.wrong(`${field}.scores[${place}]`, undefined, "a number");
    return value;
  });
  return { sample, scores: scoresOf(values), kl: Float32Array.from(kl), text };
}

function scoresOf(values: readonly number[]): SampleScores {
  const entries = SCORE_NAMES.map((name, index) => [name, values[index] ?? Number.NaN] as const);
  return Object.fromEntries(entries) as SampleScores;
}

function scoreOrder(names: readonly unknown[]): readonly number[] {
  return SCORE_NAMES.map((name) => {
    const place = names.indexOf(name);
    if (place >= 0) return place;
    throw new PivotscopeError("bad-input", `scoreNames: "${name}" is missing.`, "Measure again with this program.");
  });
}

/** Pivots lie within the trace, and every token has its step. */
function checkTrace(field: string, trace: TraceRecord): TraceRecord {
  const { tokens, pivots, steps } = trace;
  readJson(numbers(0, { maximum: tokens - 1, whole: true }), pivots, SOURCE, `${field}.pivots`);
  readJson(numbers(-1, { length: tokens, whole: true }), steps, SOURCE, `${field}.steps`);
  return trace;
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
