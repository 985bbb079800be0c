import { describe, expect, it } from "vitest";
import { defaultParameters } from "../core/parameters.ts";
import { createUnitLayout, type Module } from "../core/unit.ts";
import { floorWords } from "./floor-words.ts";

const attention = (layer: number, unitCount: number, tower: Module["tower"] = "text"): Module => ({
  key: `${tower}.${layer}.attn`,
  ...{ tower, layer, kind: "attn", unitCount, unitCost: 10 },
});
const words = (counts: readonly number[], kept = counts) =>
  floorWords(
    createUnitLayout([...counts.map((count, layer) => attention(layer, count)), attention(0, 2, "vision")], 1000),
    [...kept, 2],
    defaultParameters(),
  );

describe("attention that the floor protects", () => {
  it("is named where no layer has more groups than the method keeps", () => {
    expect(words([2, 2])).toBe(
      "Text attention is never pruned here: layers have up to 2 groups, and the method keeps at least 2.",
    );
    expect(words([1, 1])).toContain("layers have one group,");
  });

  it("is counted where some layers have more", () =>
    expect(words([2, 4, 2])).toMatch(/^Text attention in 2 of 3 layers is never pruned/));

  it("is passed over where there is something to take out, or where the plan takes it out", () => {
    expect(words([4, 8])).toBe("");
    expect(words([2, 2], [1, 1])).toBe("");
  });
});
