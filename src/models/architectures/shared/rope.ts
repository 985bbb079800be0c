/**
 * Rotary positions. Positions are data: of each axis one number a token. A plan says which axis turns each pair of a head
 * and how fast, so that one function serves plain positions, several sections of a head and scaled frequencies.
 */
import type { Frame } from "../../pictures.ts";

/** Positions of tokens by axis, [axes][tokens]; one axis where tokens are only counted. */
export type Positions = readonly Int32Array[];

/** Pairs are (i, i + half of the head), the rotate-half convention of transformers. */
export interface RotaryPlan {
  /** For every pair the axis whose position turns it. */
  readonly axes: readonly number[];
  /** For every pair its angle per step of that axis, in radians. */
  readonly frequencies: Float32Array;
}

/**
 * What a sequence's positions may depend on: its prompt with the frames in it. Of a vision tower: no prompt, and the one frame
 * that the sequence is.
 */
export interface PositionedSample {
  readonly prompt: readonly number[];
  readonly frames: readonly Pick<Frame, "patches" | "tokens" | "grid">[];
}

/** A sequence of which nothing is known but its length. */
export const ANY_SEQUENCE: PositionedSample = { prompt: [], frames: [] };

/** How an architecture counts the positions of its tokens. */
export interface PositionScheme {
  readonly plan: RotaryPlan;
  /** Whether the samples of a batch may differ in the position of their i-th token; one table serves all otherwise. */
  readonly perSample: boolean;
  /** Positions of `count` rows of `sample` from its row `first` on; those behind the prompt, and padding, have some too. */
  of(sample: PositionedSample, first: number, count: number): Positions;
}

/** All pairs turned by one axis, pair i with frequency θ^(−2i/headSize). */
export function plainPlan(headSize: number, theta: number): RotaryPlan {
  const pairs = headSize / 2;
  return {
    axes: Array<number>(pairs).fill(0),
    frequencies: Float32Array.from({ length: pairs }, (_, pair) => 1 / theta ** ((2 * pair) / headSize)),
  };
}

/** All frequencies divided by `factor`. */
export function linearPlan({ axes, frequencies }: RotaryPlan, factor: number): RotaryPlan {
  return { axes, frequencies: frequencies.map((frequency) => frequency / factor) };
}

/**
 * Slow pairs slowed down by `factor`, fast ones left alone, those between blended (transformers'
 * `_compute_llama3_parameters`). A pair turns `originalPositions` · frequency / 2π times within the length that the model
 * was made for: below `lowFactor` turns it is slow, above `highFactor` fast.
 */
export function smoothedPlan(
  { axes, frequencies }: RotaryPlan,
  scaling: {
    readonly factor: number;
    readonly lowFactor: number;
    readonly highFactor: number;
    readonly originalPositions: number;
  },
): RotaryPlan {
  const { factor, lowFactor, highFactor, originalPositions } = scaling;
  return {
    axes,
    frequencies: frequencies.map((frequency) => {
      const turns = (originalPositions * frequency) / (2 * Math.PI);
      const share = Math.min(1, Math.max(0, (turns - lowFactor) / (highFactor - lowFactor)));
      return ((1 - share) * frequency) / factor + share * frequency;
    }),
  };
}

/**
 * The pairs shared out among several axes: `lengths` pairs each. One axis after the other, or, `interleaved`, in turns: pair
 * i belongs to axis i mod 3 as long as that one has pairs left, to the first axis else.
 */
export function sectionedPlan(
  { frequencies }: RotaryPlan,
  lengths: readonly number[],
  interleaved: boolean,
): RotaryPlan {
  const blocks = lengths.flatMap((length, axis) => Array<number>(length).fill(axis));
  const turns = Array.from(frequencies, (_, pair) => {
    const axis = pair % lengths.length;
    return pair < lengths.length * (lengths[axis] ?? 0) ? axis : 0;
  });
  return { axes: interleaved ? turns : blocks, frequencies };
}

/** Tokens counted from 0 on every axis, pictures' tokens like all others. */
export function countedPositions(plan: RotaryPlan): PositionScheme {
  const axes = Math.max(...plan.axes) + 1;
  return {
    plan,
    perSample: false,
    of: (_, first, count) => Array<Int32Array>(axes).fill(countFrom(first, count)),
  };
}

/** Whether two samples' tokens have the same positions. */
export function equalPositions(a: Positions, b: Positions): boolean {
  return a.every((axis, index) => axis.every((position, row) => position === b[index]?.[row]));
}

function countFrom(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, token) => first + token);
}

/** Cosines and sines of tokens at `positions`, [tokens, head size] each; both halves of a row are equal. */
export function rotaryTables({ axes, frequencies }: RotaryPlan, positions: Positions) {
  const tokens = positions[0]?.length ?? 0;
  const pairs = frequencies.length;
  const cosine = new Float32Array(tokens * 2 * pairs);
  const sine = new Float32Array(tokens * 2 * pairs);
  for (const [pair, frequency] of frequencies.entries()) {
    const own = positions[axes[pair] ?? 0];
    for (let token = 0; token < tokens; token++) {
      // transformers forms the angle in float32; so does this.
      const angle = Math.fround((own?.[token] ?? Number.NaN) * frequency);
      for (const column of [pair, pair + pairs]) {
        cosine[token * 2 * pairs + column] = Math.cos(angle);
        sine[token * 2 * pairs + column] = Math.sin(angle);
      }
    }
  }
  return { cosine, sine };
}

/** As `rotaryTables`, without the half that repeats, [tokens, head size / 2], as fused attention takes them. */
export function halfRotaryTables(plan: RotaryPlan, positions: Positions) {
  const count = positions[0]?.length ?? 0;
  const { cosine, sine } = rotaryTables(plan, positions);
  const pairs = plan.frequencies.length;
  const firstHalves = (table: Float32Array) => {
    const halves = new Float32Array(count * pairs);
    for (let row = 0; row < count; row++) {
      halves.set(table.subarray(2 * row * pairs, (2 * row + 1) * pairs), row * pairs);
    }
    return halves;
  };
  return { cosine: firstHalves(cosine), sine: firstHalves(sine) };
}
