/**
 * Positions of several axes (M-RoPE): text counts on on all of them, the image tokens of a picture stay at one time and count
 * its rows and columns. What follows a picture goes on behind its longer side.
 */
import type { PositionScheme, Positions, RotaryPlan } from "./rope.ts";

/** Axes: time, row, column. */
const AXES = 3;

/**
 * @param imageTokenId of the token that stands for one row of a picture's features.
 * @param mergeSize patches to a side of the block that becomes one image token.
 */
export function picturePositions(plan: RotaryPlan, imageTokenId: number, mergeSize: number): PositionScheme {
  return {
    plan,
    perSample: true,
    of({ prompt, frames }, first, count): Positions {
      const positions = Array.from({ length: AXES }, () => new Int32Array(count));
      const put = (token: number, places: readonly [number, number, number]) => {
        if (token < first || token >= first + count) return;
        places.forEach((place, axis) => {
          (positions[axis] as Int32Array)[token - first] = place;
        });
      };
      let next = 0;
      let token = 0;
      let picture = 0;
      while (token < first + count) {
        const frame = prompt[token] === imageTokenId ? frames[picture] : undefined;
        if (!frame) {
          put(token, [next, next, next]);
          token += 1;
          next += 1;
          continue;
        }
        const rows = frame.grid.rows / mergeSize;
        const columns = frame.grid.columns / mergeSize;
        for (let cell = 0; cell < frame.tokens; cell++) {
          put(token + cell, [next, next + Math.floor(cell / columns), next + (cell % columns)]);
        }
        token += frame.tokens;
        next += Math.max(rows, columns);
        picture += 1;
      }
      return positions;
    },
  };
}
