import { describe, expect, it } from "vitest";
import { defaultParameters } from "./parameters.ts";
import { parsePlan } from "./parse-plan.ts";
import { createPlan, planPruning, serialisePlan } from "./plan.ts";
import { createUnitLayout } from "./unit.ts";

const layout = createUnitLayout(
  [
    { key: "text.0.attn", tower: "text", layer: 0, kind: "attn", unitCount: 2, unitCost: 8 },
    { key: "text.0.mlp", tower: "text", layer: 0, kind: "mlp", unitCount: 3, unitCost: 3 },
  ],
  100,
);
/** One group of 8 parameters and one neuron of 3 go, of 25. */
const keep = Uint8Array.of(1, 0, 1, 0, 1);
const plan = createPlan(
  layout,
  { keep, values: new Float64Array(5), reachedRatio: 11 / 25 },
  {
    model: { name: "tiny", weightHash: "ab".repeat(32) },
    method: "mucrasp",
    parameters: defaultParameters(),
    askedRatio: 0.5,
  },
);

describe("the ratio that a plan reached", () => {
  const read = (change: (file: { ratio: { reached: number }; keep: Record<string, number[]> }) => void) => {
    const file = JSON.parse(serialisePlan(plan));
    change(file);
    return parsePlan(JSON.stringify(file));
  };

  it("is computed from the mask when the plan is put to use, and a plan that says another is refused", () => {
    const { reached } = plan.ratio;
    expect(() =>
      planPruning(
        read(() => {}),
        layout,
      ),
    ).not.toThrow();
    const lying = read((file) => Object.assign(file.ratio, { reached: reached + 0.1 }));
    expect(() => planPruning(lying, layout)).toThrow(
      `ratio.reached: found ${reached + 0.1}, but "keep" removes ${Number(reached.toFixed(6))} of this model's structural parameters.`,
    );
    const whole = read((file) => {
      for (const list of Object.values(file.keep)) list.fill(1);
    });
    expect(() => planPruning(whole, layout)).toThrow('but "keep" removes 0 of');
    const rounded = read((file) => Object.assign(file.ratio, { reached: Number(reached.toFixed(6)) }));
    expect(() => planPruning(rounded, layout)).not.toThrow();
  });
});
