import { describe, expect, it } from "vitest";
import { defaultParameters } from "../parameters.ts";
import { createUnitLayout, type Module, moduleKey } from "../unit.ts";
import { pivotShare, unitValues } from "./fusion.ts";
import { normaliseSignal } from "./normalise.ts";
import { crossModalWeight, sensitivityWeight, structuralFactor } from "./protection.ts";

const parameters = defaultParameters();

function module(tower: "text" | "vision", layer: number, kind: "attn" | "mlp", unitCount = 1): Module {
  return { key: moduleKey(tower, layer, kind), tower, layer, kind, unitCount, unitCost: 1 };
}

describe("normaliseSignal", () => {
  it("maps each kind of each tower to 0..1 by itself", () => {
    const layout = createUnitLayout(
      [
        module("vision", 0, "mlp"),
        module("vision", 1, "mlp"),
        module("text", 0, "attn"),
        module("text", 0, "mlp"),
        module("text", 1, "attn"),
        module("text", 1, "mlp"),
        module("text", 2, "mlp"),
      ],
      0,
    );
    const normalised = normaliseSignal(layout, Float64Array.of(100, 300, 5, 2, 9, 4, 3));
    expect([...normalised]).toEqual([0, 1, 0, 0, 1, 1, 0.5]);
  });

  it("gives 0 where all modules of a kind are equal", () => {
    const layout = createUnitLayout([module("text", 0, "mlp"), module("text", 1, "mlp"), module("text", 0, "attn")], 0);
    expect([...normaliseSignal(layout, Float64Array.of(3, 3, 7))]).toEqual([0, 0, 0]);
  });
});

describe("weights at the paper's constants", () => {
  it("give γ = 0.4·(1−S)², α = 0.3 + 1.5·S, β = 0.2 + S", () => {
    expect([0, 0.5, 1].map((ratio) => pivotShare(ratio, parameters))).toEqual([0.4, 0.1, 0]);
    expect([0, 0.5, 1].map((ratio) => sensitivityWeight(ratio, parameters))).toEqual([0.3, 1.05, 1.8]);
    expect([0, 0.5, 1].map((ratio) => crossModalWeight(ratio, parameters))).toEqual([0.2, 0.7, 1.2]);
  });
});

describe("structuralFactor", () => {
  it.each([
    ["text", 0, "mlp", 1.5],
    ["text", 1, "mlp", 1.375],
    ["text", 3, "mlp", 1.125],
    ["text", 4, "mlp", 1],
    ["text", 9, "mlp", 1],
    ["text", 10, "mlp", 1.3],
    ["text", 11, "attn", 1.3 * 1.8],
    ["vision", 5, "mlp", 1.2],
    ["vision", 0, "attn", 1.5 * 1.8 * 1.2],
  ] as const)("of %s layer %i of 12, %s, is %f", (tower, layer, kind, expected) => {
    expect(structuralFactor(module(tower, layer, kind), 12, parameters)).toBeCloseTo(expected, 12);
  });

  it("is a product where a layer is both early and late", () => {
    expect(structuralFactor(module("text", 1, "mlp"), 2, parameters)).toBeCloseTo(1.375 * 1.3, 12);
  });

  it("gives no early layers when the parameter is 0", () => {
    expect(structuralFactor(module("text", 0, "mlp"), 12, { ...parameters, earlyLayers: 0 })).toBe(1);
  });
});

describe("unitValues", () => {
  it("is attribution times protection, worked by hand", () => {
    const layout = createUnitLayout([module("text", 0, "mlp", 2), module("text", 1, "mlp", 1)], 0);
    const statistics = {
      attributionGlobal: Float64Array.of(10, 20, 30),
      attributionPivot: Float64Array.of(20, 10, 40),
      cmds: Float64Array.of(0.5, 0.1),
      sens: Float64Array.of(1, 3),
    };
    // S = 0.5: γ = 0.1, α = 1.05, β = 0.7. Layer 0: Sens~ 0, CMDS~ 1, Ω 1.5·1.3. Layer 1: Sens~ 1, CMDS~ 0, Ω 1.375·1.3.
    const first = 1.7 * 1.5 * 1.3;
    const second = 2.05 * 1.375 * 1.3;
    const values = unitValues(layout, statistics, parameters, 0.5);
    expect(values[0]).toBeCloseTo((9 + 2) * first, 10);
    expect(values[1]).toBeCloseTo((18 + 1) * first, 10);
    expect(values[2]).toBeCloseTo((27 + 4) * second, 10);
  });
});
