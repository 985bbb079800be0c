/**
 * Pictures that enter the text tower by cross-attention: their features take no rows of it. They are states that some layers
 * look at in place of the tokens before, and a sample without picture has no such layers.
 */
import type { PictureAttention } from "../definition.ts";
import { HIDDEN } from "./attention-scheme.ts";
import type { PositionedSample } from "./rope.ts";

/** Graph inputs of a layer that attends to pictures, beside `states`. */
export const CROSS = {
  /** [batch, 1, tokens, states]: 0 where a state may be looked at, `HIDDEN` elsewhere. */
  bias: "cross_bias",
  /** [batch · tokens, 1]: 1 where a token may see a picture, 0 elsewhere. */
  visible: "cross_visible",
  /** [batch · tokens, 1]: 1 where the token's sample has a picture, 0 elsewhere. */
  present: "cross_present",
} as const;

/** Tokens [begin, end) that see one picture. */
export type Span = readonly [begin: number, end: number];

/**
 * Who sees which picture: a picture is seen from its image token up to the next one, the last one to the end, and pictures
 * whose tokens follow each other directly are all seen as far as the last of them (transformers,
 * `get_cross_attention_token_mask`).
 */
export function pictureSpans(prompt: readonly number[], imageTokenId: number): readonly Span[] {
  const places = prompt.flatMap((id, token) => (id === imageTokenId ? [token] : []));
  let end = Number.POSITIVE_INFINITY;
  const spans = places.toReversed().map((begin, index): Span => {
    const next = places[places.length - index] ?? Number.POSITIVE_INFINITY;
    if (next !== begin + 1) end = next;
    return [begin, end];
  });
  return spans.toReversed();
}

/** Rows [begin, end) of one frame. */
export type RowRange = readonly [begin: number, end: number];

/** Which rows of a frame there are to be looked at. */
export interface FrameStates {
  /** Those that show something of the picture. */
  readonly real: readonly RowRange[];
  /** Those that a token looks at that may see no picture. */
  readonly all: readonly RowRange[];
}

/**
 * One picture a frame, in the order of the image tokens. A token that may see none looks at everything its sample has, as
 * transformers' scores are when all of them are masked.
 */
export function crossAttention(
  imageTokenId: number,
  statesOf: (frame: PositionedSample["frames"][number]) => FrameStates,
): PictureAttention {
  return {
    feeds(samples, { first, count }, states) {
      const rows = samples.length * count;
      const bias = new Float32Array(rows * states).fill(HIDDEN);
      const visible = new Float32Array(rows);
      const present = new Float32Array(rows);
      for (const [index, sample] of samples.entries()) {
        if (!sample || sample.frames.length === 0) continue;
        const spans = pictureSpans(sample.prompt, imageTokenId);
        for (let token = 0; token < count; token++) {
          const row = index * count + token;
          const place = (first[index] ?? 0) + token;
          const seen = spans.map(([begin, end]) => begin <= place && place < end);
          const any = seen.includes(true);
          present[row] = 1;
          visible[row] = any ? 1 : 0;
          let start = row * states;
          for (const [picture, frame] of sample.frames.entries()) {
            const { real, all } = statesOf(frame);
            const open = any ? (seen[picture] ? real : []) : all;
            for (const [begin, end] of open) bias.fill(0, start + begin, start + end);
            start += frame.patches;
          }
        }
      }
      return {
        [CROSS.bias]: { shape: [samples.length, 1, count, states], values: bias },
        [CROSS.visible]: { shape: [rows, 1], values: visible },
        [CROSS.present]: { shape: [rows, 1], values: present },
      };
    },
  };
}
