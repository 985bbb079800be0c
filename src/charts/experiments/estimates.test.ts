import { describe, expect, it } from "vitest";
import { EXACT, estimate, GROUNDING, KL } from "../testing/experiments.ts";
import {
  bestOf,
  estimateText,
  formatDifference,
  formatMetric,
  intervalText,
  isMeasured,
  samplesText,
  verdictOf,
} from "./estimates.ts";

describe("estimates in words", () => {
  it("prints every kind in its own way", () => {
    expect(formatMetric(EXACT, 0.8333)).toBe("83.3\u00a0%");
    expect(formatMetric(GROUNDING, 8.874)).toBe("8.87");
    expect(formatMetric(KL, 0.0312)).toBe("0.031");
    expect(formatMetric({ kind: "number" }, 1234.5)).toBe("1,235");
    expect(formatMetric({ kind: "number" }, 1.2345)).toBe("1.23");
    expect(formatMetric(KL, Number.POSITIVE_INFINITY)).toBe("not finite");
  });

  it("gives mean and interval, per cent once", () => {
    expect(intervalText(EXACT, estimate(0.8, 0.05))).toBe("75.0–85.0\u00a0%");
    expect(estimateText(GROUNDING, estimate(8, 0.25))).toBe("8.00 (7.75–8.25)");
  });

  it("takes nothing for measured that has no samples or no finite mean", () => {
    expect(isMeasured(estimate(1, 1, 0))).toBe(false);
    expect(isMeasured(estimate(Number.NaN))).toBe(false);
    expect(isMeasured(null)).toBe(false);
    expect(estimateText(GROUNDING, undefined)).toBe("not measured");
  });

  it("signs differences, shares in percentage points", () => {
    expect(formatDifference(EXACT, -0.042)).toBe("−4.2");
    expect(formatDifference(GROUNDING, 0.5)).toBe("+0.50");
    expect(formatDifference(GROUNDING, -0.001)).toBe("0");
    expect(formatDifference({ kind: "number" }, -12345)).toBe("−12,345");
  });

  it("names how many samples, and that some are still missing", () => {
    expect(samplesText([600, 600])).toBe("600 samples");
    expect(samplesText([600, 0, 120])).toBe("120 to 600 samples so far");
    expect(samplesText([0])).toBe("no samples yet");
  });
});

/** Rows that removed the same share. */
const alike = (...estimates: Parameters<typeof estimateText>[1][]) =>
  estimates.map((one) => ({ estimate: one, reached: 0.6 }));

describe("what is best", () => {
  it("ranks only what removed the same share, half a point more or less", () => {
    const rows = [
      { estimate: estimate(5), reached: 0.6 },
      { estimate: estimate(4), reached: 0.604 },
      { estimate: estimate(9), reached: 0.572 },
      { estimate: estimate(7), reached: 0.571 },
      { estimate: estimate(10), reached: 0.5 },
    ];
    expect([...bestOf(GROUNDING, rows)].sort()).toEqual([0, 2]);
  });

  it("knows the direction", () => {
    expect([...bestOf(GROUNDING, alike(estimate(3), estimate(5)))]).toEqual([1]);
    expect([...bestOf(KL, alike(estimate(3), estimate(5)))]).toEqual([0]);
  });

  it("names all that the intervals do not tell from the best, and only measured ones", () => {
    const rows = alike(estimate(8.9), null, estimate(8.75), estimate(8.6));
    expect([...bestOf(GROUNDING, rows)]).toEqual([0, 2]);
    expect(bestOf(GROUNDING, alike(null, estimate(1, 1, 0))).size).toBe(0);
  });

  it("says nothing clear while 0 is in the interval", () => {
    expect(verdictOf(GROUNDING, estimate(-0.5, 0.2))).toBe("worse");
    expect(verdictOf(KL, estimate(-0.5, 0.2))).toBe("better");
    expect(verdictOf(KL, estimate(-0.1, 0.2))).toBe("no clear difference");
  });
});
