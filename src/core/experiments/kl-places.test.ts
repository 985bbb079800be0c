import { describe, expect, it } from "vitest";
import { cellWith, recordWith, resultWith, traceWith } from "../testing/experiments.ts";
import { FAR, klByDistance, klByStep } from "./kl-places.ts";
import { stepsOf } from "./steps.ts";

const places = (list: readonly { place: number; mean: number; tokens: number; count: number }[]) =>
  list.map(({ place, mean, tokens, count }) => [place, Number(mean.toFixed(6)), tokens, count]);

describe("KL by distance", () => {
  it("counts from the last pivot at or before a token", () => {
    const result = resultWith(
      [traceWith(0, { tokens: 5, pivots: [1, 3] }), traceWith(1, { tokens: 2, pivots: [] })],
      [cellWith("a", [recordWith(0, {}, [1, 2, 3, 4, 5]), recordWith(1, {}, [7, Number.NaN])])],
    );
    expect(places(klByDistance(result, "a"))).toEqual([
      [-1, 4, 2, 2],
      [0, 3, 2, 1],
      [1, 4, 2, 1],
    ]);
    expect(klByDistance(result, "nothing")).toEqual([]);
  });

  it("puts distances of 16 and more into one place and weights by tokens", () => {
    const kl = Array.from({ length: 30 }, (_, position) => position);
    const result = resultWith([traceWith(0, { tokens: 30, pivots: [0] })], [cellWith("a", [recordWith(0, {}, kl)])]);
    const found = klByDistance(result, "a");
    expect(found).toHaveLength(FAR + 1);
    expect(found.at(-1)).toMatchObject({ place: FAR, label: "16 and more", tokens: 14, mean: (16 + 29) / 2 });
  });
});

describe("KL by step", () => {
  it("puts the answer last", () => {
    const result = resultWith(
      [traceWith(0, { tokens: 5, steps: [0, 1, 1, 2, -1] })],
      [cellWith("a", [recordWith(0, {}, [1, 2, 4, 5, 6])])],
    );
    const found = klByStep(result, "a");
    expect(found.map(({ label, mean }) => [label, mean])).toEqual([
      ["before the first step", 1],
      ["step 1", 3],
      ["step 2", 5],
      ["answer", 6],
    ]);
  });

  it("finds steps across tokens", () => {
    const texts = ["Well", ". S", "tep", " 1", ":", " a", " Step 2 –", " b", " Fin", "al Answer", ": a", ""];
    expect(stepsOf(texts)).toEqual([0, 1, 1, 1, 1, 1, 2, 2, -1, -1, -1, -1]);
    expect(stepsOf(["one step 3 further", " Step", " 10", ": x"])).toEqual([0, 10, 10, 10]);
    expect(stepsOf([])).toEqual([]);
  });
});
