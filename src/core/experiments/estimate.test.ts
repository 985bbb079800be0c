import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { cellWith, recordWith, resultWith, traceWith } from "../testing/experiments.ts";
import { bootstrapRatio } from "./bootstrap.ts";
import { estimate, estimateDifference, familiesOf, klValues, recordsOf } from "./estimate.ts";
import { metricList } from "./metrics.ts";

const ones = (count: number) => new Float64Array(count).fill(1);

describe("the bootstrap", () => {
  it("gives the interval that the normal approximation gives for many samples", () => {
    const random = createRandom(5);
    const values = Float64Array.from({ length: 400 }, () => 3 + 2 * random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / 400;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400);
    const { low, high, count, ...found } = bootstrapRatio(values, ones(400), 1);
    expect(found.mean).toBeCloseTo(mean, 12);
    expect(count).toBe(400);
    const width = (2 * 1.96 * deviation) / Math.sqrt(400);
    expect((high - low) / width).toBeGreaterThan(0.9);
    expect((high - low) / width).toBeLessThan(1.1);
    expect(Math.abs((high + low) / 2 - mean)).toBeLessThan(width / 20);
  });

  it("covers the true mean about 95 times in 100", () => {
    const random = createRandom(9);
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const values = Float64Array.from({ length: 60 }, () => random.next());
      const { low, high } = bootstrapRatio(values, ones(60), 7);
      if (low <= 0.5 && 0.5 <= high) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(180);
    expect(covered).toBeLessThanOrEqual(199);
  });

  it("draws the same for the same seed and otherwise for another", () => {
    const values = Float64Array.from({ length: 30 }, (_, index) => index ** 2);
    expect(bootstrapRatio(values, ones(30), 1)).toEqual(bootstrapRatio(values, ones(30), 1));
    expect(bootstrapRatio(values, ones(30), 2)).not.toEqual(bootstrapRatio(values, ones(30), 1));
    // Ten other tables in between must not change what a seed gives.
    const before = bootstrapRatio(values, ones(30), 1);
    for (let seed = 10; seed < 20; seed++) bootstrapRatio(values, ones(30), seed);
    expect(bootstrapRatio(values, ones(30), 1)).toEqual(before);
  });

  it("has no width over one sample or equal ones, and is not a number over none", () => {
    expect(bootstrapRatio(Float64Array.of(3), ones(1), 1)).toEqual({ mean: 3, low: 3, high: 3, count: 1 });
    expect(bootstrapRatio(ones(5), ones(5), 1)).toEqual({ mean: 1, low: 1, high: 1, count: 5 });
    expect(bootstrapRatio(new Float64Array(0), new Float64Array(0), 1)).toMatchObject({ mean: Number.NaN, count: 0 });
    expect(bootstrapRatio(ones(2), new Float64Array(2), 1).mean).toBeNaN();
  });
});

describe("estimate", () => {
  it("takes the plain mean of scores and leaves out samples without", () => {
    const records = [recordWith(0, { judge: 4 }), recordWith(1, { judge: 8 }), recordWith(2, { judge: Number.NaN })];
    expect(estimate(records, "judge")).toMatchObject({ mean: 6, count: 2 });
    expect(estimate([recordWith(0, { bleu: Number.NaN })], "bleu")).toMatchObject({ mean: Number.NaN, count: 0 });
  });

  it("takes KL and perplexity over tokens, so that a long trace counts for more", () => {
    const records = [recordWith(0, { kl: 1, nll: 2, tokens: 1 }), recordWith(1, { kl: 0.2, nll: 3, tokens: 9 })];
    expect(estimate(records, "kl").mean).toBeCloseTo((1 + 9 * 0.2) / 10, 12);
    const perplexity = estimate(records, "perplexity");
    expect(perplexity.mean).toBeCloseTo(Math.exp(5 / 10), 12);
    // Resamples hold sample 0 twice, sample 1 twice, or both.
    expect(perplexity.low).toBeCloseTo(Math.exp(3 / 9), 12);
    expect(perplexity.high).toBeCloseTo(Math.exp(2 / 1), 12);
  });

  it("knows every metric of the list", () => {
    for (const { id } of metricList) expect(estimate([recordWith(0, { nll: 1, kl: 1 })], id).count).toBe(1);
  });

  it("pairs samples for a difference, whose interval is narrower than that of either", () => {
    const random = createRandom(3);
    const base = Array.from({ length: 50 }, () => 10 * random.next());
    const before = base.map((judge, sample) => recordWith(sample, { judge }));
    const after = base.map((judge, sample) => recordWith(sample, { judge: judge - 1 + 0.1 * random.next() }));
    const alone = estimate(after, "judge");
    const difference = estimateDifference([...after, recordWith(99, { judge: 5 })], before, "judge");
    expect(difference.count).toBe(50);
    expect(difference.mean).toBeCloseTo(alone.mean - estimate(before, "judge").mean, 10);
    expect(difference.high - difference.low).toBeLessThan((alone.high - alone.low) / 5);
    expect(difference.high).toBeLessThan(0);
    expect(estimateDifference(after, [], "judge").count).toBe(0);
  });

  it("selects families", () => {
    const traces = [traceWith(1, { family: "physical" }), traceWith(0, { family: "spatial" }), traceWith(2)];
    const result = resultWith(traces, [
      cellWith(
        "a",
        [0, 1, 2].map((sample) => recordWith(sample, {})),
      ),
    ]);
    expect(familiesOf(result)).toEqual(["spatial", "physical"]);
    expect(recordsOf(result, "a", "physical").map(({ sample }) => sample)).toEqual([1]);
    expect(recordsOf(result, "a", null)).toHaveLength(3);
    expect(recordsOf(result, "b", null)).toEqual([]);
  });

  it("strings token KLs together", () => {
    const cell = cellWith("a", [recordWith(0, {}, [1, Number.NaN]), recordWith(1, {}, [2, 3])]);
    expect([...klValues(cell)]).toEqual([1, 2, 3]);
  });
});
