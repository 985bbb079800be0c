/** Means over samples with their intervals, from the records of a cell. */
import { bootstrapRatio, NO_ESTIMATE } from "./bootstrap.ts";
import type { CellResult, Estimate, ExperimentResult, SampleRecord } from "./experiment.ts";
import type { MetricName } from "./metrics.ts";
import type { SampleScores } from "./scores.ts";

/** Seed of all intervals where nobody says otherwise. */
export const INTERVAL_SEED = 1;

/** What a sample adds to a metric: Σ numerator / Σ denominator is the metric's mean (before exp for perplexity). */
function contribution(scores: SampleScores, metric: MetricName): readonly [numerator: number, denominator: number] {
  if (metric === "perplexity") return [scores.nll, scores.tokens];
  if (metric === "kl") return [scores.kl * scores.tokens, scores.tokens];
  return [scores[metric], 1];
}

/**
 * A metric over samples: the plain mean of the samples' scores; KL and perplexity over all tokens of all samples, the
 * latter as exp of the mean negative log-likelihood. Samples that do not have the score are left out.
 *
 * @param seed of the bootstrap over samples, see bootstrap.ts.
 */
export function estimate(records: readonly SampleRecord[], metric: MetricName, seed = INTERVAL_SEED): Estimate {
  const pairs = records.map(({ scores }) => contribution(scores, metric)).filter(isDefined);
  const found = bootstrapRatio(
    Float64Array.from(pairs, ([numerator]) => numerator),
    Float64Array.from(pairs, ([, denominator]) => denominator),
    seed,
  );
  return metric === "perplexity" ? exponential(found) : found;
}

/**
 * How much higher a metric is on `records` than on `baseline`, sample by sample over those that both have, with the
 * interval of that difference. KL is weighted by tokens as in `estimate`; perplexity gives the difference of the mean
 * negative log-likelihoods in nats, because only that is a mean.
 */
export function estimateDifference(
  records: readonly SampleRecord[],
  baseline: readonly SampleRecord[],
  metric: MetricName,
  seed = INTERVAL_SEED,
): Estimate {
  const before = new Map(baseline.map((record) => [record.sample, record.scores]));
  const pairs = records.flatMap(({ sample, scores }) => {
    const other = before.get(sample);
    if (other === undefined) return [];
    const [numerator, denominator] = contribution(scores, metric);
    const [subtracted] = contribution(other, metric);
    return [[numerator - subtracted, denominator] as const];
  });
  const defined = pairs.filter(isDefined);
  if (defined.length === 0) return NO_ESTIMATE;
  return bootstrapRatio(
    Float64Array.from(defined, ([numerator]) => numerator),
    Float64Array.from(defined, ([, denominator]) => denominator),
    seed,
  );
}

/** A cell's records so far; an unknown id has none. */
export function cellResult(result: ExperimentResult, cellId: string): CellResult | null {
  return result.cells.find(({ cell }) => cell.id === cellId) ?? null;
}

/**
 * A cell's records of one question family, of all for null.
 * @param cellId see cells.ts; an unknown one has no records.
 */
export function recordsOf(result: ExperimentResult, cellId: string, family: string | null): readonly SampleRecord[] {
  const records = cellResult(result, cellId)?.records ?? [];
  if (family === null) return records;
  const members = new Set(result.traces.filter((trace) => trace.family === family).map(({ sample }) => sample));
  return records.filter(({ sample }) => members.has(sample));
}

/** The question families that were met so far, in the order of the samples. */
export function familiesOf(result: ExperimentResult): readonly string[] {
  const named = result.traces.flatMap(({ family, sample }) => (family === null ? [] : [{ family, sample }]));
  return [...new Set(named.sort((a, b) => a.sample - b.sample).map(({ family }) => family))];
}

/** All token KLs of a cell (nats), one trace after another, for distributions; those that are not finite left out. */
export function klValues(cell: CellResult): Float32Array {
  const lists = cell.records.map(({ kl }) => kl.filter(Number.isFinite));
  const all = new Float32Array(lists.reduce((length, list) => length + list.length, 0));
  let offset = 0;
  for (const list of lists) {
    all.set(list, offset);
    offset += list.length;
  }
  return all;
}

function isDefined([numerator, denominator]: readonly [number, number]): boolean {
  return !Number.isNaN(numerator) && !Number.isNaN(denominator);
}

function exponential({ mean, low, high, count }: Estimate): Estimate {
  return { mean: Math.exp(mean), low: Math.exp(low), high: Math.exp(high), count };
}
