import { expect, it } from "vitest";
import { pictureAttention } from "./attention.ts";

const IMAGE = 9;

/** Which tokens each token sees, as text. */
function seen(prompts: readonly (readonly number[] | null)[], rows: number, window: number) {
  const samples = prompts.map((prompt) => prompt && { prompt, frames: [] });
  const bias = pictureAttention(IMAGE, window).bias(samples, rows);
  const marks = Array.from(bias?.values ?? [], (value) => (value === 0 ? "x" : "."));
  const lines = Array.from({ length: marks.length / rows }, (_, row) =>
    marks.slice(row * rows, (row + 1) * rows).join(""),
  );
  return { shape: bias?.shape, lines };
}

it("lets pictures be seen whole, each by itself", () => {
  expect(seen([[1, IMAGE, IMAGE, 2, IMAGE, IMAGE]], 7, 100)).toEqual({
    shape: "own",
    lines: ["x......", "xxx....", "xxx....", "xxxx...", "xxxxxx.", "xxxxxx.", "xxxxxxx"],
  });
});

it("lets a window cut off even a picture's own beginning", () => {
  expect(seen([[IMAGE, IMAGE, IMAGE, 1]], 5, 2).lines).toEqual(["xxx..", "xxx..", ".xx..", "..xx.", "...xx"]);
});

it("takes one bias for all where no sample has a picture, and hides padding from text", () => {
  expect(seen([[1, 2], null], 3, 2)).toEqual({ shape: "shared", lines: ["x..", "xx.", ".xx"] });
  expect(seen([[IMAGE, IMAGE], null], 2, 9).lines).toEqual(["xx", "xx", "x.", "xx"]);
});

it("takes no image token that was written for a picture", () => {
  // Only the prompt is looked at: what a model writes stands behind it.
  expect(seen([[1]], 3, 9).lines).toEqual(["x..", "xx.", "xxx"]);
});

it("knows how far back a written token looks", () => {
  expect(pictureAttention(IMAGE, 4).firstSeen(10)).toBe(7);
  expect(pictureAttention(IMAGE, 4).firstSeen(2)).toBe(0);
  expect(pictureAttention(IMAGE, Number.POSITIVE_INFINITY).firstSeen(10)).toBe(0);
});
