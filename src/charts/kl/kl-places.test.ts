import { describe, expect, it } from "vitest";
import type { KlPlacesData } from "../experiments/data.ts";
import { toCsv } from "../save/csv.ts";
import { estimate } from "../testing/experiments.ts";
import {
  drawPlaces,
  meanOverTokens,
  placeReadout,
  placesNumbers,
  placesScale,
  placesSummary,
  placesTable,
} from "./kl-places.ts";

describe("places of KL", () => {
  const data: KlPlacesData = {
    method: "µCRASP",
    ratio: 0.4,
    byDistance: [
      { label: "0", tokens: 100, ...estimate(2, 0.2) },
      { label: "1", tokens: 90, ...estimate(1, 0.2) },
      { label: "16 and more", tokens: 0, ...estimate(Number.NaN, 0, 0) },
    ],
    byStep: [
      { label: "before the first step", tokens: 30, ...estimate(0.5) },
      { label: "step 1", tokens: 10, ...estimate(1.5) },
    ],
  };

  it("draws a bar for each measured place on one axis", () => {
    const scale = placesScale(data);
    expect(scale.maximum).toBeGreaterThanOrEqual(2.2);
    const { bars, labels } = drawPlaces(data.byDistance, scale, 360);
    expect(bars.match(/z/g)).toHaveLength(2);
    expect(labels.map(({ text }) => text)).toEqual(["0", "1", "16+"]);
    expect(drawPlaces(data.byStep, scale, 360).labels.map(({ text }) => text)).toEqual(["before…", "step 1"]);
  });

  it("says under every bar over how many samples it is, and draws one alone hollow and without an interval", () => {
    const lonely = [...data.byStep, { label: "step 5", tokens: 4, ...estimate(5.3, 0, 1) }];
    const { bars, single, whiskers, counts, box } = drawPlaces(lonely, placesScale({ ...data, byStep: lonely }), 360);
    expect([bars, single].map((path) => path.match(/z/g)?.length)).toEqual([2, 1]);
    // Three strokes for each interval.
    expect(whiskers.match(/M/g)).toHaveLength(6);
    expect(counts.texts.map(({ text }) => text)).toEqual(["600", "600", "1"]);
    expect(counts.upright).toBe(false);
    expect(counts.y).toBeLessThan(box.height);
    const last = lonely[2];
    expect(last && placeReadout("step", last)).toBe(
      "step 5: 5.30 nats over 4 tokens of 1 sample, so without an interval.",
    );
    expect(toCsv(placesTable({ ...data, byStep: lonely })).split("\r\n")[6]).toBe("step,step 5,5.3,,,4,1");
    const many = Array.from({ length: 18 }, () => lonely[0]).flatMap((place) => place ?? []);
    expect(drawPlaces(many, placesScale({ ...data, byStep: many }), 300).counts.upright).toBe(true);
  });

  it("keeps labels apart however many places there are", () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ label: String(index), tokens: 1, ...estimate(1) }));
    const { labels } = drawPlaces(many, placesScale({ ...data, byDistance: many }), 300);
    labels.slice(1).forEach(({ x }, place) => {
      expect(x - (labels[place]?.x ?? 0)).toBeGreaterThan(6);
    });
    expect(labels.at(-1)?.text).toBe("59");
  });

  it("is plain about what a place is", () => {
    const [pivot, next, far] = data.byDistance;
    expect(pivot && placeReadout("distance", pivot)).toBe(
      "pivots themselves: 2.00 (1.80–2.20) nats over 100 tokens of 600 samples.",
    );
    expect(next && placeReadout("distance", next)).toContain("1 token after a pivot:");
    expect(far && placeReadout("distance", far)).toBe("16 and more tokens after a pivot: not measured.");
    expect(placeReadout("distance", { label: "before the first pivot", tokens: 3, ...estimate(1) })).toMatch(
      /^before the first pivot: 1\.00/,
    );
    expect(placesSummary("step", data.byStep)).toContain("Highest: step 1: 1.50");
  });

  it("weighs places by their tokens", () => {
    expect(meanOverTokens(data.byStep)).toBeCloseTo(0.75);
    expect(meanOverTokens([])).toBeNull();
    expect(placesNumbers(data)).toBe("mean over 40 tokens = 0.750 nats at 40\u00a0%");
    expect(toCsv(placesTable(data)).split("\r\n")[3]).toBe("tokens since the last pivot,16 and more,,,,0,0");
  });
});
