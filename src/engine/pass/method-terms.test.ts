import "../../models/testing/every-architecture.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MatrixTerms, ModuleTerms, Statistics } from "../../core/statistics.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { fitWeights } from "../../models/fit-weights.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { createModel } from "../load/create-model.ts";
import { excess } from "../testing/oracle-suite.ts";
import wanted from "../testing/qwen3-vl/method-terms.json" with { type: "json" };
import { qwen3VlFiles } from "../testing/qwen3-vl-files.ts";
import type { PreparedSample } from "./batch.ts";
import type { Model } from "./model.ts";
import { visionOf } from "./towers.ts";

const TERMS = ["absolute", "square", "taylorVector", "taylorFirst", "taylorSecond", "taylorMix"] as const;
const INPUTS = ["mean", "energy", "fluctuation"] as const;

type ByTerm<Term extends string> = Readonly<Record<Term, readonly number[]>>;
const matrices = wanted.matrices as unknown as Readonly<
  Record<string, Readonly<Record<string, ByTerm<(typeof TERMS)[number]>>>>
>;
const inputs = wanted.inputs as unknown as Readonly<Record<string, ByTerm<(typeof INPUTS)[number]>>>;

/** Sums over the lines of each unit. */
function unitSums(values: Float64Array, { linesPerUnit }: MatrixTerms): number[] {
  return Array.from({ length: values.length / linesPerUnit }, (_, unit) =>
    values.subarray(unit * linesPerUnit, (unit + 1) * linesPerUnit).reduce((sum, value) => sum + value, 0),
  );
}

describe("what other methods score by, of both towers of a small Qwen3-VL, against torch autograd", () => {
  let model: Model;
  let statistics: Statistics;

  beforeAll(async () => {
    const { config, weights, expected } = qwen3VlFiles();
    const fitted = fitWeights(parseModelConfig(config), new SafetensorsFile(weights));
    model = await createModel(createNodeBackend(), fitted.config, fitted.weights, {
      ifHeadsEqual: fitted.ifHeadsEqual,
    });
    const samples = expected.samples.map(
      ({ prompt, trace, pivots, pictures }): PreparedSample => ({
        prompt,
        trace,
        pivots: pivots ?? [],
        frames: (pictures ?? []).map(({ pixel_values: values, pixel_shape: shape }) =>
          visionOf(model).frameOf(Float32Array.from(values), { shape }),
        ),
      }),
    );
    statistics = await calibrate(model, {
      samples,
      batchSize: expected.batch_size,
      window: expected.window,
      batchesPerRun: 1,
      signal: undefined,
      onProgress: undefined,
    });
  }, 120_000);
  afterAll(() => model?.backend.dispose());

  const modules = (): [string, ModuleTerms][] => {
    const terms = statistics.baselines?.modules ?? [];
    expect(terms).toHaveLength(model.layout.modules.length);
    return model.layout.modules.flatMap(({ key }, index) => (terms[index] ? [[key, terms[index]]] : []));
  };

  it.each(TERMS)("sums %s along the lines of every matrix", (term) => {
    for (const [key, { matrices: found }] of modules()) {
      expect(found.map(({ matrix }) => matrix)).toEqual(Object.keys(matrices[key] ?? {}));
      for (const one of found) {
        const row = matrices[key]?.[one.matrix];
        // Sums of both signs lose what cancels in them.
        const magnitudes = term === "taylorVector" ? row?.taylorFirst : undefined;
        expect(
          excess(unitSums(one[term], one), row?.[term] ?? [Number.NaN], magnitudes),
          key + one.matrix,
        ).toBeLessThan(1);
      }
    }
  });

  it.each(INPUTS)("takes the %s of what goes into the decoder's last projections", (term) => {
    const text = modules().filter(([key]) => key in inputs);
    expect(text).toHaveLength(Object.keys(inputs).length);
    for (const [key, { input }] of text) {
      const row = inputs[key]?.[term] ?? [Number.NaN];
      expect(input[term]).toHaveLength(row.length);
      // Means of both signs: rounding of a column's usual size is allowed.
      const magnitudes = term === "mean" ? inputs[key]?.energy.map(Math.sqrt) : undefined;
      expect(excess(input[term], row, magnitudes), key).toBeLessThan(1);
    }
  });
});
