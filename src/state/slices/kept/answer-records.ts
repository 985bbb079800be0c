/**
 * What a model said about one picture and question, as it is kept: a text with its own name, so that a record that was
 * changed, cut, or put in another's place is found out and not used.
 */
import * as v from "valibot";
import { nameOfText } from "../../../core/content-name.ts";
import { readJson, textSource } from "../../../core/json/read.ts";
import { anyObject, flag, integer, list, number, numbers, object, oneOf, text } from "../../../core/json/schemas.ts";
import { parseParameters } from "../../../core/parameters/parse.ts";
import type { PlanProvenance, StatisticsProvenance } from "../../../core/provenance.ts";
import type { Measurement, Trace } from "../../../engine/contract.ts";
import type { Measured } from "../measurement/measurement-state.ts";

/** One plan's measurement, without what all of a picture's have in common. */
export interface KeptMeasured extends Pick<Measured, "measurement" | "answer"> {
  readonly plan: PlanProvenance;
}

export interface AnswerParts {
  readonly trace: Trace | null;
  /** The latest of each plan, the oldest first. */
  readonly measured: readonly KeptMeasured[];
}

export interface SealedRecord {
  readonly text: string;
  /** `nameOfText` of `text`. */
  readonly name: string;
}

const tokens = list(object({ id: integer(0), text }));

const statisticsSchema = object({
  samples: integer(0),
  of: v.optional(integer(0)),
  origin: oneOf(["here", "kept", "beforehand", "file"]),
});

const planSchema = object({
  method: text,
  parameters: anyObject,
  asked: number(0, 1),
  reached: number(0, 1),
  hash: text,
  statistics: v.nullable(statisticsSchema),
  file: v.optional(text),
});

const values = numbers();

const recordSchema = object({
  key: text,
  trace: v.nullable(object({ tokens, text, finish: oneOf(["stop", "length"]) })),
  measured: list(
    object({
      plan: planSchema,
      measurement: object({
        ...{ kl: values, nll: values, denseNll: values, argmax: values, argmaxTexts: list(text) },
        ...{ perplexity: number(), densePerplexity: number() },
      }),
      answer: v.nullable(
        object({
          matches: flag,
          dense: v.nullable(text),
          pruned: v.nullable(text),
          prunedTokens: v.nullable(tokens),
          prunedCut: flag,
        }),
      ),
    }),
  ),
});

const SOURCE = textSource("record");

/** @param key names model, device, picture and question. */
export function seal(key: string, { trace, measured }: AnswerParts): SealedRecord {
  const json = JSON.stringify({
    key,
    trace,
    measured: measured.map(({ measurement, ...rest }) => ({ ...rest, measurement: lists(measurement) })),
  });
  return { text: json, name: nameOfText(json) };
}

/** Nine digits name a float32 exactly. */
function lists({ kl, nll, denseNll, argmax, ...rest }: Measurement) {
  const short = (numbers: Float32Array) => Array.from(numbers, (value) => Number(value.toPrecision(9)));
  return { ...rest, kl: short(kl), nll: short(nll), denseNll: short(denseNll), argmax: [...argmax] };
}

/** What a record holds; null for one that is not as it was written under this key. */
export function unseal(found: unknown, key: string): AnswerParts | null {
  try {
    const { text: json, name } = found as SealedRecord;
    if (typeof json !== "string" || nameOfText(json) !== name) return null;
    const record = readJson(recordSchema, JSON.parse(json), SOURCE);
    if (record.key !== key) return null;
    const measured = record.measured.map(({ plan, measurement, answer }): KeptMeasured => {
      const { kl, nll, denseNll, argmax } = measurement;
      return {
        plan: planOf(plan),
        measurement: {
          ...measurement,
          kl: Float32Array.from(kl),
          nll: Float32Array.from(nll),
          denseNll: Float32Array.from(denseNll),
          argmax: Int32Array.from(argmax),
        },
        answer,
      };
    });
    return { trace: record.trace, measured };
  } catch {
    // Of another version of the page, or damaged: it is computed again.
    return null;
  }
}

type PlanRecord = v.InferOutput<typeof planSchema>;

/** What a record leaves out stays out. */
function planOf({ file, statistics, parameters, ...plan }: PlanRecord): PlanProvenance {
  return {
    ...plan,
    parameters: parseParameters(parameters),
    statistics: statistics && statisticsOf(statistics),
    ...(file === undefined ? {} : { file }),
  };
}

function statisticsOf({ of, ...made }: v.InferOutput<typeof statisticsSchema>): StatisticsProvenance {
  return of === undefined ? made : { ...made, of };
}

/** Everything of one picture, from its records in their order. A trace that is not whole is none, and neither is what hangs on it. */
export function joinRecords(records: readonly unknown[], key: string): AnswerParts {
  let trace: Trace | null = null;
  const measured = new Map<string, KeptMeasured>();
  for (const found of records) {
    const parts = unseal(found, key);
    if (!parts) continue;
    trace = parts.trace ?? trace;
    for (const one of parts.measured) {
      const before = measured.get(one.plan.hash);
      // What was measured again without its answer takes nothing away.
      if (before?.answer && !one.answer) continue;
      measured.delete(one.plan.hash);
      measured.set(one.plan.hash, one);
    }
  }
  if (!trace) return { trace, measured: [] };
  const { length } = trace.tokens;
  const fits = ({ measurement: { kl, nll, denseNll, argmax, argmaxTexts } }: KeptMeasured) =>
    [kl, nll, denseNll, argmax, argmaxTexts].every((list) => list.length === length);
  return { trace, measured: [...measured.values()].filter(fits) };
}
