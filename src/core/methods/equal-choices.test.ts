import { beforeAll, expect, it } from "vitest";
import { prepareWidths } from "../allocation/width-options.ts";
import { defaultParameters } from "../parameters.ts";
import { createRandom } from "../random.ts";
import type { Statistics } from "../statistics.ts";
import { fillBaselines } from "../testing/baselines.ts";
import { createUnitLayout } from "../unit.ts";
import { equalChoices } from "./equal-choices.ts";
import { methodNamed } from "./index.ts";

const layout = createUnitLayout(
  [0, 1, 2, 3].map((layer) => ({
    ...{ key: `text.${layer}.mlp` as const, tower: "text" as const, layer, kind: "mlp" as const },
    ...{ unitCount: 12, unitCost: 9 },
  })),
  1000,
);

/** Statistics whose Taylor terms are drawn, the mixed one being the first times `factor`, with `noise` beside it. */
function statistics(factor: number, noise: number): Statistics {
  const random = createRandom(3);
  const baselines = fillBaselines(layout, 1, 1, () => 1 + random.next());
  const modules = baselines.modules.map((module) => ({
    ...module,
    matrices: module.matrices.map((matrix) => ({
      ...matrix,
      taylorMix: matrix.taylorFirst.map((first) => factor * first + noise * random.next()),
    })),
  }));
  const each = (value: number) => new Float64Array(layout.unitCount).fill(value);
  const perModule = (value: number) => new Float64Array(layout.modules.length).fill(value);
  return {
    ...{ attributionGlobal: each(1), attributionPivot: each(1), cmds: perModule(0.1), sens: perModule(0.1) },
    ...{ samples: 4, batches: 2, pivotBatches: 2, baselines: { ...baselines, modules } },
  };
}

beforeAll(() => prepareWidths({ roundWidths: "8", evenWidths: "on" }));

const equal = (given: ReturnType<typeof statistics>, ratio: number) => [
  ...equalChoices(methodNamed("llm-pruner"), layout, given, defaultParameters(), ratio),
];

it("finds the saliency that orders every unit as the one at hand does, and no other", () => {
  const found = equal(statistics(0.9, 0), 0.4);
  const saliencies = found.filter((one) => one?.name === "llmPrunerSaliency");
  expect(saliencies).toEqual([{ name: "llmPrunerSaliency", label: "param_mix" }]);
  // The mean over as many matrices everywhere orders as the sum does.
  expect(found).toContainEqual({ name: "llmPrunerReduction", label: "mean" });
  expect(found).not.toContainEqual({ name: "llmPrunerReduction", label: "max" });
});

it("finds none of them where the terms differ, and every one at ratio 0", () => {
  const different = equal(statistics(0, 1), 0.4);
  expect(different.some((one) => one?.label === "param_mix")).toBe(false);
  const all = equal(statistics(0, 1), 0);
  expect(all).not.toContain(null);
  expect(all.filter((one) => one?.name === "llmPrunerSaliency").map((one) => one?.label)).toEqual([
    ...["vectorize", "param_second", "param_mix"],
  ]);
});
