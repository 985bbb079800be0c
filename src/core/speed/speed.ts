/** Measured speeds of a dense and a sliced model: several runs in turn, put together. */
import type { Ratio } from "../unit.ts";
import { meanContext, type TokenCost } from "./ideal.ts";

/** Of several runs. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** One timed run, as the engine gives it. */
export interface TimedRun {
  /** Tokens of the prompt, those of pictures included. */
  readonly promptTokens: number;
  /** Milliseconds until the first token is there: pictures, prompt and one choice. */
  readonly firstToken: number;
  /** Tokens behind the first one, and the milliseconds that they took. */
  readonly decodedTokens: number;
  readonly decode: number;
  /** Bytes of weights on the backend, and of the copy that WebAssembly generates with (0 without). */
  readonly weightBytes: number;
  readonly copyBytes: number;
  /** Bytes of keys and values of all tokens. */
  readonly cacheBytes: number;
  /**
   * Most bytes that this model's weights, their copy and the tensors between runs took at one time. Not in it: what
   * onnxruntime takes inside of a run.
   */
  readonly peakBytes: number;
}

export interface SpeedFigures {
  /** Tokens a second: the prompt's until the first token is there, pictures included; and those behind it. */
  readonly prefill: Spread;
  readonly decode: Spread;
  /** Milliseconds. */
  readonly firstToken: Spread;
  readonly weightBytes: number;
  readonly copyBytes: number;
  readonly cacheBytes: number;
  /** The most of all runs. */
  readonly peakBytes: number;
  /** What a token costs at least, at the mean context of these runs. */
  readonly ideal: TokenCost;
}

/** How long a model's own reasoning is. */
export interface TraceLength {
  readonly tokens: number;
  /** False: it was cut off. */
  readonly ended: boolean;
}

/** A plan as its method makes it, without its width options, in the same turns. */
export interface OwnWidths {
  readonly reached: Ratio;
  readonly figures: SpeedFigures;
  readonly parameters: number;
  readonly trace: TraceLength;
  /** How many times as fast the plan with its width options is. */
  readonly gains: SpeedGains;
}

/** Dense against sliced, in turn, at one plan. */
export interface SpeedPoint {
  readonly asked: Ratio;
  readonly reached: Ratio;
  readonly promptTokens: number;
  readonly decodedTokens: number;
  readonly runs: number;
  readonly dense: SpeedFigures;
  readonly sliced: SpeedFigures;
  readonly gains: SpeedGains;
  readonly denseParameters: number;
  readonly slicedParameters: number;
  readonly trace: TraceLength;
  /** Null where the plan has no width options, or they change nothing. */
  readonly own: OwnWidths | null;
}

/** How many times as fast the sliced model is. Each of its runs is held against the one beside it in time. */
export interface SpeedGains {
  readonly decode: Spread;
  readonly firstToken: Spread;
  /** What the bytes of a token would have it. */
  readonly ideal: number;
}

/** The middle of an odd number of values, the mean of the two middle ones of an even number; NaN of none. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return { median: (below + above) / 2, lowest: sorted[0] ?? Number.NaN, highest: sorted.at(-1) ?? Number.NaN };
}

/** @param runs of one model on one prompt, at least one. @param costAt see `tokenCost`. */
export function speedFigures(runs: readonly TimedRun[], costAt: (context: number) => TokenCost): SpeedFigures {
  const [first] = runs;
  const { promptTokens = 0, decodedTokens = 0, weightBytes = 0, copyBytes = 0, cacheBytes = 0 } = first ?? {};
  return {
    prefill: spreadOf(runs.map((run) => (1000 * run.promptTokens) / run.firstToken)),
    decode: spreadOf(runs.map((run) => (1000 * run.decodedTokens) / run.decode)),
    firstToken: spreadOf(runs.map(({ firstToken }) => firstToken)),
    ...{ weightBytes, copyBytes, cacheBytes },
    peakBytes: Math.max(0, ...runs.map(({ peakBytes }) => peakBytes)),
    ideal: costAt(meanContext(promptTokens, decodedTokens)),
  };
}

/**
 * @param runs as many of either model, in the order in which they were timed in turn; another sliced model may stand in the
 *   dense one's place.
 */
export function speedGains(
  runs: { readonly dense: readonly TimedRun[]; readonly sliced: readonly TimedRun[] },
  { dense, sliced }: { readonly dense: SpeedFigures; readonly sliced: SpeedFigures },
): SpeedGains {
  const pairs = runs.dense.flatMap((one, place) => {
    const other = runs.sliced[place];
    return other ? [{ one, other }] : [];
  });
  return {
    decode: spreadOf(
      pairs.map(({ one, other }) => other.decodedTokens / other.decode / (one.decodedTokens / one.decode)),
    ),
    firstToken: spreadOf(pairs.map(({ one, other }) => one.firstToken / other.firstToken)),
    ideal: dense.ideal.bytes / sliced.ideal.bytes,
  };
}

/** Bytes of a safetensors file in 16 bits a number, as checkpoints are published; its header, some kilobytes, left out. */
export function fileBytes(parameters: number): number {
  return 2 * parameters;
}
