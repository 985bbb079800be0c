import { expect, it } from "vitest";
import { crossAttention, pictureSpans } from "./cross-attention.ts";

const IMAGE = 9;
const END = Number.POSITIVE_INFINITY;

it("a picture is seen up to the next one, the last one to the end", () => {
  expect(pictureSpans([1, IMAGE, 2, 3, IMAGE, 4], IMAGE)).toEqual([
    [1, 4],
    [4, END],
  ]);
  expect(pictureSpans([1, 2], IMAGE)).toEqual([]);
});

it("pictures that follow each other directly are seen as far as the last of them", () => {
  expect(pictureSpans([IMAGE, IMAGE, 1, IMAGE, 2, IMAGE, IMAGE], IMAGE)).toEqual([
    [0, 3],
    [1, 3],
    [3, 5],
    [5, END],
    [6, END],
  ]);
});

/** Frames of four rows, of which the first is real, and the third is looked at by those that see no picture, too. */
const scheme = crossAttention(IMAGE, () => ({
  real: [[0, 1]],
  all: [
    [0, 1],
    [2, 3],
  ],
}));
const FRAME = { patches: 4, tokens: 1, grid: { rows: 1, columns: 1 } };

function seen(prompt: readonly number[], frames: number, span: { first: number; count: number }, states: number) {
  const sample = { prompt, frames: Array.from({ length: frames }, () => FRAME) };
  const feeds = scheme.feeds([sample], { first: [span.first], count: span.count }, states);
  const marks = Array.from(feeds.cross_bias?.values ?? [], (value) => (value === 0 ? "x" : "."));
  const lines = Array.from({ length: span.count }, (_, row) => marks.slice(row * states, (row + 1) * states).join(""));
  return {
    lines,
    visible: [...(feeds.cross_visible?.values ?? [])],
    present: [...(feeds.cross_present?.values ?? [])],
  };
}

it("tokens look at the real rows of their picture, those before the first at all there are", () => {
  expect(seen([1, IMAGE, 2, IMAGE], 2, { first: 0, count: 5 }, 9)).toEqual({
    lines: ["x.x.x.x..", "x........", "x........", "....x....", "....x...."],
    visible: [0, 1, 1, 1, 1],
    present: [1, 1, 1, 1, 1],
  });
});

it("written tokens look at what the last of the prompt looks at", () => {
  expect(seen([1, IMAGE, 2, IMAGE], 2, { first: 40, count: 1 }, 8).lines).toEqual(["....x..."]);
});

it("a sample without picture, and padding, look at nothing", () => {
  const feeds = scheme.feeds([{ prompt: [1], frames: [] }, null], { first: [0, 0], count: 2 }, 4);
  expect(feeds.cross_bias?.shape).toEqual([2, 1, 2, 4]);
  expect(new Set(feeds.cross_bias?.values)).toEqual(new Set([Math.fround(-1e30)]));
  expect([...(feeds.cross_visible?.values ?? []), ...(feeds.cross_present?.values ?? [])]).toEqual(Array(8).fill(0));
});
