/** The window, the places of KL, the layer views and the KL of several methods. */
import { describe, expect, it } from "vitest";
import { toCsv } from "../frame/csv.ts";
import { axisPosition } from "../kl/kl-axis.ts";
import {
  drawKlOverlay,
  klBinReadout,
  klEntries,
  klOverlay,
  klOverlaySummary,
  klOverlayTable,
} from "../kl/kl-overlay.ts";
import {
  drawPlaces,
  meanOverTokens,
  placeReadout,
  placesAxis,
  placesNumbers,
  placesSummary,
  placesTable,
} from "../kl/kl-places.ts";
import { estimate, KL } from "../testing/experiments.ts";
import type { KlPlacesData, LayerView, WindowData } from "./data.ts";
import {
  drawLayerView,
  layerColumns,
  layerReadout,
  layersOf,
  layerViewSummary,
  layerViewsTable,
} from "./layer-views.ts";
import { drawWindows, windowCmds, windowReadout, windowSummary, windowTable } from "./windows.ts";

describe("window", () => {
  const data: WindowData = {
    metric: KL,
    size: 2,
    cmds: [0.1, 0.2, 0.6, 0.3, 0.1],
    dense: null,
    points: [3, 0, 1].map((first) => ({ first, ...estimate(first + 1, 0.5, 40) })),
  };

  it("stands in the middle of its layers, and breaks where a position is missing", () => {
    const { box, step, middles, line } = drawWindows(data, 584);
    expect(step).toBe(100);
    expect(middles).toEqual([box.left + 100, box.left + 200, box.left + 400]);
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it("puts CMDS on its own scale", () => {
    const { box, cmds } = drawWindows(data, 584);
    expect([cmds?.minimum, cmds?.maximum]).toEqual([0.1, 0.6]);
    expect(cmds?.y).toEqual([box.bottom - 10, box.top + 10]);
    expect(drawWindows({ ...data, cmds: [] }, 584).cmds).toBeNull();
  });

  it("says where it hurts most, in the metric's direction", () => {
    expect(windowSummary(data)).toContain("worst without layers 3–4 (4.00), least harm without layers 0–1 (1.00)");
    const higher = { ...data, metric: { ...KL, betterWhen: "higher" as const } };
    expect(windowSummary(higher)).toContain("worst without layers 0–1");
    expect(windowSummary(data)).toContain("CMDS is highest in layer 2 (0.60)");
    expect(windowSummary({ ...data, points: [] })).toContain("Nothing measured yet");
  });

  it("reads and saves one position with its CMDS", () => {
    expect(windowCmds(data, 1)).toBeCloseTo(0.4);
    expect(windowCmds({ cmds: [], size: 2 }, 1)).toBeNull();
    expect(windowReadout(data, { first: 1, ...estimate(2, 0.5, 40) })).toBe(
      "Without the MLPs of text layers 1–2: Mean KL 2.00 (1.50–2.50) over 40 samples; mean CMDS there 0.400.",
    );
    expect(toCsv(windowTable(data)).split("\r\n")[1]).toMatch(/^0,1,1,0\.5,1\.5,40,0\.15/);
  });
});

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
    const axis = placesAxis(data);
    expect(axis.maximum).toBeGreaterThanOrEqual(2.2);
    const { bars, labels } = drawPlaces(data.byDistance, axis, 360);
    expect(bars.match(/z/g)).toHaveLength(2);
    expect(labels.map(({ text }) => text)).toEqual(["0", "1", "16+"]);
    expect(drawPlaces(data.byStep, axis, 360).labels.map(({ text }) => text)).toEqual(["before…", "step 1"]);
  });

  it("keeps labels apart however many places there are", () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ label: String(index), tokens: 1, ...estimate(1) }));
    const { labels } = drawPlaces(many, placesAxis({ ...data, byDistance: many }), 300);
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

describe("layer views", () => {
  const view: LayerView = {
    id: "bi",
    label: "Block influence",
    explanation: "How much a layer turns its input.",
    formula: { expression: "1 − cos", withNumbers: "3 layers", source: "ShortGPT" },
    kind: "number",
    values: [
      { tower: "text", layer: 1, value: 0.5 },
      { tower: "text", layer: 0, value: 0.25 },
      { tower: "vision", layer: 0, value: null },
    ],
  };

  it("puts vision first and draws one path for each tower", () => {
    const layers = layersOf([view]);
    expect(layers.map(({ tower, layer }) => `${tower} ${layer}`)).toEqual(["vision 0", "text 0", "text 1"]);
    const drawing = drawLayerView(view, layers, layerColumns(layers, 400));
    expect(drawing.vision).toBe("");
    expect(drawing.text.match(/z/g)).toHaveLength(2);
  });

  it("draws values below zero downwards", () => {
    const negative = { ...view, values: [{ tower: "text" as const, layer: 0, value: -1 }] };
    const layers = layersOf([negative]);
    const { zero, box, text } = drawLayerView(negative, layers, layerColumns(layers, 400));
    expect(zero).toBe(box.top);
    expect(text).toMatch(new RegExp(`^M[\\d.]+ ${box.top}h`));
  });

  it("says the ends, and what is not defined", () => {
    expect(layerViewSummary(view)).toBe("Block influence of 2 layers, from 0.25 (text layer 0) to 0.5 (text layer 1).");
    expect(layerReadout([view], { tower: "vision", layer: 0 })).toBe("vision layer 0: Block influence not defined.");
    expect(toCsv(layerViewsTable([view]))).toContain("vision,0,\r\ntext,0,0.25");
  });
});

describe("KL of several methods", () => {
  const data = klOverlay([
    { id: "a", label: "A", values: [0, 0.015, 0.015, 2] },
    { id: "b", label: "B", values: Float32Array.of(4, 4) },
    { id: "none", label: "None", values: [] },
  ]);

  it("draws every outline on the same bins and its dashed mean at the mean", () => {
    const { box, step, outlines } = drawKlOverlay(data, 500);
    const mean = /^M([\d.]+) /.exec(outlines[1]?.mean ?? "");
    expect(Number(mean?.[1])).toBeCloseTo(box.left + axisPosition(data.edges, 4) * step, 1);
    expect(outlines[0]?.outline.match(/H/g)).toHaveLength(data.edges.length - 1);
    expect(outlines[2]).toMatchObject({ outline: "", mean: "", marker: "" });
  });

  it("reads means at rest and shares at a bin", () => {
    expect(klEntries(data, null).map(({ text }) => text)).toEqual([
      "0.507 · 0.015 · 1.70",
      "4.00 · 4.00 · 4.00",
      "not measured",
    ]);
    expect(klBinReadout(data, 0)).toContain("A 25.0\u00a0%, B 0.0\u00a0%, None not measured");
  });

  it("orders by mean in words and saves every share", () => {
    expect(klOverlaySummary(data)).toBe(
      "KL divergence per token, mean in nats from lowest to highest: A 0.507 (median 0.015), B 4.00 (median 4.00).",
    );
    const lines = toCsv(klOverlayTable(data)).split("\r\n");
    expect(lines[1]).toMatch(/^A,4,0,0\.5075,/);
    expect(lines[3]).toMatch(/^None,0,0,,,,,0,/);
  });
});
