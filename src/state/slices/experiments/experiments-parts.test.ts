import fc from "fast-check";
import { expect, it } from "vitest";
import type { ExperimentResult } from "../../../core/experiments/experiment.ts";
import { cellWith, recordWith, resultWith, traceWith } from "../../../core/testing/experiments.ts";
import { joinParts, partBetween } from "./experiments-parts.ts";

const SAMPLES = 6;

/** A result after `steps` measurements of two cells, in turn. */
function after(steps: number): ExperimentResult {
  const done = (cell: number) =>
    Array.from({ length: SAMPLES }, (_, sample) => sample).slice(0, (steps + 1 - cell) >> 1);
  return resultWith(
    done(0).map((sample) => traceWith(sample)),
    ["dense", "mucrasp@0.4"].map((id, cell) =>
      cellWith(
        id,
        done(cell).map((sample) => recordWith(sample, { kl: sample }, [sample, 0.5])),
      ),
    ),
  );
}

it("adds up to the result, however it was cut", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 2 * SAMPLES }), { minLength: 1 }), (moments) => {
      const results = moments.sort((a, b) => a - b).map(after);
      const parts = results.map((result, index) => partBetween(results[index - 1] ?? null, result));
      expect(joinParts(parts)).toEqual(results.at(-1));
    }),
  );
});

it("has nothing to keep where nothing was added", () => {
  expect(partBetween(after(3), after(3))).toBeNull();
});

it("counts once what two pages have measured", () => {
  const parts = [partBetween(null, after(2)), partBetween(after(2), after(5)), partBetween(after(3), after(5))];
  expect(joinParts(parts)).toEqual(after(5));
});

it("takes what it cannot read as nothing", () => {
  const headless = partBetween(after(1), after(4));
  for (const kept of [[], [null, 3, "x"], [headless], [{ ...partBetween(null, after(2)), version: 2 }]]) {
    expect(joinParts(kept)).toBeNull();
  }
});
