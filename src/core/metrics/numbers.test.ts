import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { klDivergence } from "../testing/kl.ts";
import { decadeEdges, histogram, quantile, summariseDistribution } from "./distribution.ts";
import { logSoftmax } from "./log-softmax.ts";
import { perplexity } from "./perplexity.ts";

const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 5, maxLength: 5 });

describe("logSoftmax", () => {
  it("gives logarithms of probabilities, also for large logits", () => {
    const result = logSoftmax([1000, 1000 + Math.log(3)]);
    expect(result[0]).toBeCloseTo(Math.log(0.25), 10);
    expect(result[1]).toBeCloseTo(Math.log(0.75), 10);
    const target = new Float64Array(2);
    expect(logSoftmax([0, 0], target)).toBe(target);
    expect(target[1]).toBeCloseTo(-Math.LN2, 12);
  });
});

describe("klDivergence", () => {
  it("is Σ p·(ln p − ln q), from dense to pruned", () => {
    const dense = [Math.log(0.5), Math.log(0.5)];
    const pruned = [Math.log(0.9), Math.log(0.1)];
    expect(klDivergence(dense, pruned)).toBeCloseTo(0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1), 12);
    expect(klDivergence(pruned, dense)).toBeCloseTo(0.9 * Math.log(0.9 / 0.5) + 0.1 * Math.log(0.1 / 0.5), 12);
  });

  it("is 0 for equal distributions, never negative, and blind to a shift of the logits", () => {
    fc.assert(
      fc.property(logits, logits, (dense, pruned) => {
        expect(klDivergence(dense, dense)).toBe(0);
        const distance = klDivergence(dense, pruned);
        expect(distance).toBeGreaterThanOrEqual(0);
        const shifted = pruned.map((value) => value + 7);
        expect(klDivergence(dense, shifted)).toBeCloseTo(distance, 8);
      }),
    );
  });

  it("leaves out what the dense model excludes and is infinite where only the pruned one does", () => {
    expect(klDivergence([0, Number.NEGATIVE_INFINITY], [0, 0])).toBeCloseTo(Math.LN2, 12);
    expect(klDivergence([0, 0], [0, Number.NEGATIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
    expect(() => klDivergence([0], [0, 1])).toThrow("1 and 2 vocabulary entries");
  });
});

describe("perplexity", () => {
  it("is exp of the mean", () => {
    expect(perplexity([Math.log(2), Math.log(8)])).toBeCloseTo(4, 12);
    expect(perplexity([0, 0])).toBe(1);
    expect(perplexity([])).toBeNaN();
  });
});

describe("distribution", () => {
  it("interpolates quantiles as numpy does", () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile([1, 2, 3, 10], share))).toEqual([1, 1.75, 2.5, 4.75, 10]);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("summarises finite values and counts the others", () => {
    const summary = summariseDistribution([4, Number.POSITIVE_INFINITY, 1, Number.NaN, 1]);
    expect(summary).toMatchObject({ count: 3, notFinite: 2, mean: 2, median: 1, minimum: 1, maximum: 4 });
    expect(summariseDistribution([]).mean).toBeNaN();
  });

  it("bins between 1, 2, 5 of each decade, with room for zero", () => {
    expect(decadeEdges(-2, 0)).toEqual([0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
    const bins = histogram([0, 0.009, 0.01, 0.3, 0.5, 99, Number.NaN], decadeEdges(-2, 0));
    expect(bins.map((bin) => bin.count)).toEqual([2, 1, 0, 0, 0, 1, 2]);
    expect(bins[0]).toEqual({ from: 0, to: 0.01, count: 2, share: 2 / 6 });
  });

  it("loses no value, and puts each into the bin that holds it", () => {
    const edges = decadeEdges(-3, 1);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 9.99, noNaN: true })), (values) => {
        const expected = edges
          .slice(1)
          .map((to, index) => values.filter((value) => value >= (edges[index] ?? 0) && value < to).length);
        expect(histogram(values, edges).map((bin) => bin.count)).toEqual(expected);
      }),
    );
  });
});
