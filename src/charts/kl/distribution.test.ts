import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binReadout, klHistogram, klSummary, klTable } from "./distribution.ts";
import { axisPosition, FIXED_BINS, finiteMaximum, klEdges, tickPositions, tickText } from "./kl-axis.ts";
import { drawKlBars } from "./kl-plot.ts";
import { KL_BOUNDARIES, klLegendEntries, klStep, movedMassBound } from "./kl-scale.ts";

describe("KL bins", () => {
  it("has the colour scale's boundaries among its edges", () => {
    for (const boundary of KL_BOUNDARIES) expect(klEdges(0)).toContain(boundary);
  });

  it("ends at 50 nats unless a value lies outside", () => {
    expect(klEdges(0).slice(0, 3)).toEqual([0, 0.0001, 0.0002]);
    expect(klEdges(0).at(-1)).toBe(50);
    expect(klEdges(49).at(-1)).toBe(50);
    expect(klEdges(50).at(-1)).toBe(100);
    expect(klEdges(730).at(-1)).toBe(1000);
  });

  it("puts each value into the bin that holds it and loses none", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 400, noNaN: true })), (values) => {
        const { bins, count } = klHistogram(values);
        expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
        expect(count).toBe(values.length);
        for (const bin of bins) {
          expect(bin.count).toBe(values.filter((value) => value >= bin.from && value < bin.to).length);
        }
      }),
    );
  });

  it("keeps zeros and rounding noise in the zero bin, also slightly negative ones", () => {
    const { bins } = klHistogram([0, -1e-7, 9e-5, 1e-4]);
    expect(bins.slice(0, 2).map((bin) => bin.count)).toEqual([3, 1]);
  });

  it("counts values that are not finite apart", () => {
    const histogram = klHistogram([1, Number.NaN, Number.POSITIVE_INFINITY]);
    expect([histogram.count, histogram.notFinite, histogram.mean]).toEqual([1, 2, 1]);
    expect(klSummary(histogram)).toContain("2 tokens without a finite value left out");
    expect(finiteMaximum([[1, Number.POSITIVE_INFINITY], [3]])).toBe(3);
  });
});

describe("KL marks", () => {
  it("computes mean, median and the 95th percentile", () => {
    const histogram = klHistogram(Float32Array.from({ length: 101 }, (_, index) => index));
    expect([histogram.mean, histogram.median, histogram.quantile95, histogram.maximum]).toEqual([50, 50, 95, 100]);
  });

  it("places values on the axis in order, edges at whole positions", () => {
    const edges = klEdges(0);
    edges.slice(1).forEach((edge, index) => {
      expect(axisPosition(edges, edge)).toBe(index + 1);
    });
    expect(axisPosition(edges, 0)).toBe(0.5);
    expect(axisPosition(edges, 0.03)).toBeGreaterThan(axisPosition(edges, 0.02));
    expect(axisPosition(edges, 1e9)).toBe(edges.length - 1);
  });

  it("labels zero in the middle of its bin and the powers of ten at their edges", () => {
    const edges = klEdges(0);
    const ticks = tickPositions(edges).map((position) => [position, tickText(edges, position)]);
    expect(ticks.slice(0, 2)).toEqual([
      [0.5, "0"],
      [4, "0.001"],
    ]);
    expect(ticks.map(([, text]) => text)).toEqual(["0", "0.001", "0.01", "0.1", "1", "10"]);
    for (const [position, text] of ticks.slice(1)) expect(axisPosition(edges, Number(text))).toBe(position);
  });

  it("draws every result on the same axes, and the one before as an outline", () => {
    const [few, many] = [klHistogram([0, 0, 0, 2], FIXED_BINS), klHistogram([60, 700, 0.5], FIXED_BINS)];
    const [one, other] = [drawKlBars(few, null, 420), drawKlBars(many, few, 420)];
    expect(other).toMatchObject({
      box: one.box,
      ticks: one.ticks,
      middles: one.middles,
      scale: { ticks: one.scale.ticks },
    });
    expect([one.ghost, one.bars.length, other.bars.length]).toEqual(["", 2, 2]);
    expect(other.ghost).toMatch(/^M42 168V\d/);
    const { box } = one;
    // Square root: a quarter of the tokens reaches half the height.
    expect(one.bars[1]?.path).toContain(`${(box.bottom + box.top) / 2}`);
    const last = many.bins.at(-1);
    expect(last && [last.count, binReadout(last)]).toEqual([2, "20 nats and more: 2 tokens (66.7\u00a0%)"]);
  });

  it("says it in a sentence", () => {
    expect(klSummary(klHistogram([0, 0, 0.5, 3.5]))).toBe(
      "KL divergence over 4 tokens: mean 1.00, median 0.250, 95 % of tokens below 3.05, highest 3.50 nats; " +
        "50\u00a0% of the tokens are unchanged (below 0.0001 nats).",
    );
    expect(klSummary(klHistogram([]))).toBe("No KL divergence has been measured yet.");
  });

  it("lists bins and marks of each series", () => {
    const edges = klEdges(0);
    const table = klTable([
      { name: "a", histogram: klHistogram([0, 1], edges) },
      { name: "b", histogram: klHistogram([2], edges) },
    ]);
    expect(table.row(0)).toEqual(["0", "0.0001", 1, 0]);
    expect(table.row(edges.length - 1)).toEqual(["mean (nats)", "", 0.5, 2]);
  });
});

describe("KL colour scale", () => {
  it("takes a boundary into the stronger step", () => {
    expect([0, 0.0009, 0.001, 0.01, 0.1, 0.5, 1.99, 2, 40].map(klStep)).toEqual([0, 0, 1, 2, 3, 4, 4, 5, 5]);
    expect([null, undefined, Number.NaN, Number.POSITIVE_INFINITY].map(klStep)).toEqual([null, null, null, null]);
  });

  it("bounds the mass that moved by Pinsker's inequality", () => {
    expect(KL_BOUNDARIES.map((nats) => Math.round(movedMassBound(nats) * 100))).toEqual([2, 7, 22, 50, 100]);
    const probability = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(probability, probability, (p, q) => {
        const kl = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
        expect(Math.abs(p - q)).toBeLessThanOrEqual(movedMassBound(kl) + 1e-9);
      }),
    );
  });

  it("labels its steps", () => {
    expect(klLegendEntries().map((entry) => entry.range)).toEqual([
      "< 0.001",
      "0.001–0.01",
      "0.01–0.1",
      "0.1–0.5",
      "0.5–2",
      "≥ 2",
    ]);
    expect(klLegendEntries()[2]?.meaning).toBe(
      "KL below 0.1 nats: slightly moved; at most 22\u00a0% of the probability has moved.",
    );
  });
});
