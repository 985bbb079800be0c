/** Where KL lives in a trace: by distance from the last pivot, and by step (docs/method.md, "What is measured on the pruned model"). */
import { bootstrapRatio } from "./bootstrap.ts";
import { cellResult, INTERVAL_SEED } from "./estimate.ts";
import type { Estimate, ExperimentResult, SampleRecord, TraceRecord } from "./experiment.ts";
import { ANSWER_STEP, stepLabel } from "./steps.ts";

/** Mean KL per token (nats) over the tokens of one kind of place; `count` of the estimate counts samples. */
export interface KlPlace extends Estimate {
  /** Distance or step; -1 stands for before the first pivot, or for the answer. */
  readonly place: number;
  readonly label: string;
  /** Tokens that the mean is over, all samples together. */
  readonly tokens: number;
}

/** Distances from here on are one place. */
export const FAR = 16;

const BEFORE_FIRST_PIVOT = -1;

/**
 * Mean KL per token by tokens since the last pivot at or before it: before the first pivot (place -1), 0 (the pivot
 * itself) to 15, and 16 and more (place 16). Places without tokens are left away.
 * @param seed of the bootstrap over samples.
 */
export function klByDistance(result: ExperimentResult, cellId: string, seed = INTERVAL_SEED): readonly KlPlace[] {
  const label = (place: number) => {
    if (place === BEFORE_FIRST_PIVOT) return "before the first pivot";
    return place === FAR ? `${FAR} and more` : `${place}`;
  };
  const order = (place: number) => place;
  return klByPlace(result, cellId, distances, label, order, seed);
}

/** Mean KL per token by the trace's step, in order, the answer (place -1) last. Places without tokens are left away. */
export function klByStep(result: ExperimentResult, cellId: string, seed = INTERVAL_SEED): readonly KlPlace[] {
  const order = (place: number) => (place === ANSWER_STEP ? Number.POSITIVE_INFINITY : place);
  return klByPlace(result, cellId, ({ steps }) => steps, stepLabel, order, seed);
}

/** Tokens since the last pivot, at most FAR. */
function distances({ tokens, pivots }: TraceRecord): readonly number[] {
  const isPivot = new Set(pivots);
  let distance = BEFORE_FIRST_PIVOT;
  return Array.from({ length: tokens }, (_, position) => {
    if (isPivot.has(position)) distance = 0;
    else if (distance !== BEFORE_FIRST_PIVOT) distance = Math.min(FAR, distance + 1);
    return distance;
  });
}

function klByPlace(
  result: ExperimentResult,
  cellId: string,
  placesOf: (trace: TraceRecord) => readonly number[],
  labelOf: (place: number) => string,
  order: (place: number) => number,
  seed: number,
): readonly KlPlace[] {
  const traces = new Map(result.traces.map((trace) => [trace.sample, trace]));
  const sums = new Map<number, { sum: number[]; tokens: number[] }>();
  for (const record of cellResult(result, cellId)?.records ?? []) {
    const trace = traces.get(record.sample);
    if (trace === undefined) continue;
    for (const [place, own] of sumsOf(record, placesOf(trace))) {
      const all = sums.get(place) ?? { sum: [], tokens: [] };
      all.sum.push(own.sum);
      all.tokens.push(own.tokens);
      sums.set(place, all);
    }
  }
  return [...sums]
    .sort(([a], [b]) => order(a) - order(b))
    .map(([place, { sum, tokens }]) => ({
      ...bootstrapRatio(Float64Array.from(sum), Float64Array.from(tokens), seed),
      place,
      label: labelOf(place),
      tokens: tokens.reduce((total, count) => total + count, 0),
    }));
}

/** Sum of KL and number of tokens per place of one sample; tokens without a finite KL are left out. */
function sumsOf({ kl }: SampleRecord, places: readonly number[]) {
  const sums = new Map<number, { sum: number; tokens: number }>();
  kl.forEach((value, position) => {
    const place = places[position];
    if (place === undefined || !Number.isFinite(value)) return;
    const own = sums.get(place) ?? { sum: 0, tokens: 0 };
    own.sum += value;
    own.tokens += 1;
    sums.set(place, own);
  });
  return sums;
}
