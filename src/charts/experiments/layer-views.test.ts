import { describe, expect, it } from "vitest";
import { toCsv } from "../save/csv.ts";
import type { LayerView } from "./data.ts";
import {
  drawLayerView,
  layerColumns,
  layerReadout,
  layersOf,
  layerViewSummary,
  layerViewsTable,
} from "./layer-views.ts";

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
