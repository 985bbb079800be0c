/** The result of `evaluate` as JSON. */
import { summariseDistribution } from "../core/metrics/distribution.ts";
import { perplexity } from "../core/metrics/perplexity.ts";
import type { TokenMeasurement } from "../engine/measure/evaluate.ts";
import type { PreparedSample } from "../engine/pass/batch.ts";
import type { Session } from "../engine/session.ts";
import type { PictureSource, Sample } from "../models/samples.ts";

export interface Measured {
  readonly sample: PreparedSample;
  readonly measurement: TokenMeasurement;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** Nine digits hold every bit of a float32, without the tail that its double would show. */
function numbersOf(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(9)));
}

/** How many of the trace's tokens the pruned model ranks first when it is given all tokens before them. */
function argmaxMatches({ sample, measurement }: Measured): number {
  return sample.trace.filter((id, token) => measurement.argmax[token] === id).length;
}

/** Numbers over all trace tokens of all samples. KL in nats. */
export function summarise(measured: readonly Measured[]) {
  const kl = concatenate(measured.map(({ measurement }) => measurement.kl));
  const matches = measured.reduce((sum, entry) => sum + argmaxMatches(entry), 0);
  const exact = measured.filter((entry) => argmaxMatches(entry) === entry.sample.trace.length).length;
  const { mean, median, quantile95, maximum } = summariseDistribution(kl);
  return {
    tokens: kl.length,
    perplexity: perplexity(concatenate(measured.map(({ measurement }) => measurement.nll))),
    dense_perplexity: perplexity(concatenate(measured.map(({ measurement }) => measurement.denseNll))),
    kl: { mean, median, p95: quantile95, maximum },
    /** Share of trace tokens, and of whole traces, whose every token the pruned model ranks first. */
    argmax_match: matches / kl.length,
    exact_match: exact / measured.length,
  };
}

/** One sample's numbers, one per trace token. */
export function describeSample({ checkpoint }: Session, sample: Sample | undefined, entry: Measured) {
  const { kl, nll, denseNll, argmax, ...over } = entry.measurement;
  const { trace } = entry.sample;
  return {
    ...(sample?.kind === "picture" ? { ...pictureJson(sample.picture), question: sample.question } : {}),
    trace,
    ...(checkpoint.tokenizer ? { tokens: checkpoint.tokenizer.tokenTexts(trace) } : {}),
    kl: numbersOf(kl),
    nll: numbersOf(nll),
    dense_nll: numbersOf(denseNll),
    argmax: [...argmax],
    exact_match: argmaxMatches(entry) === trace.length,
    perplexity: over.perplexity,
    dense_perplexity: over.densePerplexity,
  };
}

/** The picture as the samples file gives it. */
function pictureJson(picture: PictureSource | null) {
  if (picture === null) return { image: null };
  return picture.kind === "file" ? { image: picture.path } : { scene: picture.scene.objects };
}
