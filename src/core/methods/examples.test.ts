/** Numbers that can be followed by hand, and the traps of the original codes. */
import { describe, expect, it } from "vitest";
import { defaultParameters, type MethodParameters } from "../parameters.ts";
import type { InputStatistics, MatrixTerms, ModuleTerms, Statistics } from "../statistics.ts";
import { matrixTerms } from "../testing/baselines.ts";
import { createUnitLayout, type Module, moduleKey, type UnitLayout } from "../unit.ts";
import { channelScores, foldQueries, type Reduction } from "./channel-scores.ts";
import { flap, flapMetric } from "./flap.ts";
import { methodNamed } from "./index.ts";
import { columnNorms, weightedNorms } from "./input-metrics.ts";
import { standardise } from "./standardise.ts";

const textModule = (layer: number, kind: "attn" | "mlp", unitCount: number, unitCost = 1): Module => ({
  ...{ key: moduleKey("text", layer, kind), tower: "text", layer, kind, unitCount, unitCost },
});

function input(columns: number, found: Partial<InputStatistics> = {}): InputStatistics {
  const zeros = () => new Float64Array(columns);
  return { mean: zeros(), fluctuation: zeros(), fluctuationWelford: zeros(), energy: zeros(), ...found };
}

function statisticsOf(layout: UnitLayout, modules: readonly ModuleTerms[], attribution?: Float64Array): Statistics {
  const perUnit = new Float64Array(layout.unitCount);
  const perModule = new Float64Array(layout.modules.length);
  return {
    ...{ attributionGlobal: perUnit, attributionPivot: perUnit, cmds: perModule, sens: perModule },
    ...{ samples: 1, batches: 1, pivotBatches: 0 },
    baselines: { modules, probabilityAttribution: attribution ?? perUnit },
  };
}

/** Sums of |·|, squares and so on of one line of weights w with gradient g and Fisher terms f. */
function line(matrix: "gate" | "up" | "down", w: number[], g: number[], f: number[]): MatrixTerms {
  const sum = (term: (w: number, g: number, f: number) => number) =>
    w.reduce((total, weight, place) => total + term(weight, g[place] ?? 0, f[place] ?? 0), 0);
  return matrixTerms(matrix, 1, 1, {
    absolute: Float64Array.of(sum((weight) => Math.abs(weight))),
    square: Float64Array.of(sum((weight) => weight * weight)),
    taylorVector: Float64Array.of(Math.abs(sum((weight, gradient) => weight * gradient))),
    taylorFirst: Float64Array.of(sum((weight, gradient) => Math.abs(weight * gradient))),
    taylorSecond: Float64Array.of(sum((weight, _, fisher) => weight * weight * fisher)),
    taylorMix: Float64Array.of(
      sum((weight, gradient, fisher) => Math.abs(weight * gradient - 0.5 * weight * weight * fisher)),
    ),
  });
}

describe("LLM-Pruner's score of one neuron", () => {
  const layout = createUnitLayout([textModule(0, "mlp", 1)], 0);
  const statistics = statisticsOf(layout, [
    {
      matrices: [
        line("gate", [1, -2], [0.5, 0.1], [0.04, 0.09]),
        line("up", [0.5, 1], [-0.2, 0.3], [0.01, 0.02]),
        line("down", [2, -1], [0.1, 0.4], [0.05, 0.01]),
      ],
      input: input(1),
    },
  ]);
  const score = (method: string, changed: Partial<MethodParameters>) =>
    methodNamed(method).plan(layout, statistics, { ...defaultParameters(), ...changed }, 0).values[0] ?? Number.NaN;

  // vectorize: the absolute value of each matrix' sum, not of the sum over all three (0.3); param_second has no ½, param_mix has.
  it.each([
    ["vectorize", { sum: 0.7, max: 0.3, prod: 0.012, first: 0.3, second: 0.2, mean: 0.23333 }],
    ["param_first", { sum: 1.7, max: 0.7, prod: 0.168, first: 0.7, second: 0.4, mean: 0.56667 }],
    ["param_second", { sum: 0.6325, max: 0.4, prod: 0.00189, first: 0.4, second: 0.0225, mean: 0.21083 }],
    ["param_mix", { sum: 1.75625, max: 0.86, prod: 0.16992, first: 0.86, second: 0.39125, mean: 0.58542 }],
  ] as const)("%s, by every reduction", (llmPrunerSaliency, expected) => {
    for (const [reduction, value] of Object.entries(expected)) {
      // The keys are spelled out above.
      const llmPrunerReduction = reduction as Reduction;
      expect(score("llm-pruner", { llmPrunerSaliency, llmPrunerReduction }), reduction).toBeCloseTo(value, 5);
    }
  });

  it("magnitude over all matrices is a mean, and its L2 has no root", () => {
    expect(score("magnitude-all", { magnitudeNorm: "l1" })).toBeCloseTo(2.5, 12);
    expect(score("magnitude-all", { magnitudeNorm: "l2" })).toBeCloseTo(3.75, 12);
    expect(score("magnitude-columns", {})).toBeCloseTo(Math.sqrt(5), 12);
  });
});

describe("grouped queries", () => {
  // 4 query heads of 2 channels on 2 key/value heads.
  const queryLines = Float64Array.of(1, 2, 10, 20, 100, 200, 1000, 2000);

  it("credit a key/value head with its own query heads, or with every second one as LLM-Pruner's code does", () => {
    expect([...foldQueries(queryLines, 2, 2, 2, "correct")]).toEqual([11, 22, 1100, 2200]);
    expect([...foldQueries(queryLines, 2, 2, 2, "upstream")]).toEqual([101, 202, 1010, 2020]);
  });

  const terms: ModuleTerms = {
    matrices: [
      matrixTerms("query", 4, 8, { taylorFirst: queryLines }),
      matrixTerms("key", 2, 4, { taylorFirst: Float64Array.of(1, 1, 5, 5) }),
      matrixTerms("value", 2, 4, { taylorFirst: Float64Array.of(2, 3, 2, 3) }),
      matrixTerms("output", 4, 8, { taylorFirst: new Float64Array(8).fill(1) }),
    ],
    input: input(8),
  };
  const scores = (reduction: Reduction, grouping: "correct" | "upstream") => [
    ...channelScores(textModule(0, "attn", 2), terms, (matrix) => matrix.taylorFirst, reduction, grouping),
  ];

  it("reduce over matrices for each channel, before the head's sum", () => {
    expect(scores("sum", "correct")).toEqual([33 + 2 + 5 + 4, 3300 + 10 + 5 + 4]);
    expect(scores("sum", "upstream")).toEqual([303 + 2 + 5 + 4, 3030 + 10 + 5 + 4]);
    expect(scores("prod", "correct")).toEqual([1 * 2 * 2 * 11 + 1 * 2 * 3 * 22, 5 * 2 * 2 * 1100 + 5 * 2 * 3 * 2200]);
    expect(scores("max", "correct")).toEqual([11 + 22, 1100 + 2200]);
  });

  it("start from the key projection, multi-head attention from the query projection", () => {
    expect(scores("first", "correct")).toEqual([2, 10]);
    expect(scores("second", "correct")).toEqual([4, 4]);
    const heads: ModuleTerms = {
      matrices: terms.matrices.map((matrix) => ({
        ...matrix,
        linesPerUnit: 2,
        taylorFirst: matrix.taylorFirst.subarray(0, 4),
      })),
      input: input(4),
    };
    const of = (reduction: Reduction) => [
      ...channelScores(textModule(0, "attn", 2), heads, (matrix) => matrix.taylorFirst, reduction, "upstream"),
    ];
    expect(of("first")).toEqual([3, 30]);
    expect(of("second")).toEqual([2, 2]);
  });

  it("are averaged by Wanda-SP and summed by Magnitude-SP over their columns", () => {
    const layout = createUnitLayout([textModule(0, "attn", 2)], 0);
    const columns = Float64Array.of(4, 4, 4, 4, 16, 16, 16, 16);
    const statistics = statisticsOf(layout, [
      {
        matrices: terms.matrices.map((matrix) =>
          matrix.matrix === "output" ? { ...matrix, absolute: columns, square: columns } : matrix,
        ),
        input: input(8, { energy: new Float64Array(8).fill(9) }),
      },
    ]);
    const values = (method: string) => [...methodNamed(method).plan(layout, statistics, defaultParameters(), 0).values];
    // |W| summed over 2 rows, mean over rows, times √9; 4 columns, 2 query heads.
    expect(values("wanda-sp")).toEqual([(4 / 2) * 3 * 4 * 0.5, (16 / 2) * 3 * 4 * 0.5]);
    expect(values("magnitude-columns")).toEqual([8, 16]);
  });
});

describe("metrics of columns", () => {
  // W = [[1, −2, 3], [.5, 1, −1]] and what three samples of two tokens leave.
  const terms: ModuleTerms = {
    matrices: [
      matrixTerms("down", 1, 3, {
        ...{ absolute: Float64Array.of(1.5, 3, 4), square: Float64Array.of(1.25, 5, 10) },
      }),
    ],
    input: input(3, {
      ...{ fluctuation: Float64Array.of(3.958333, 0.865741, 0), fluctuationWelford: Float64Array.of(4, 1, -1e-9) },
      energy: Float64Array.of(13.333333, 2, 8),
    }),
  };
  const metric = (name: MethodParameters["flapMetric"], flapVariance: MethodParameters["flapVariance"] = "upstream") =>
    flapMetric(terms, { flapMetric: name, flapVariance });
  const near = (found: Float64Array, expected: readonly number[]) =>
    expected.forEach((value, column) => {
      expect(found[column]).toBeCloseTo(value, 5);
    });

  it("are FLAP's, which finds the constant column free to remove and WIFN finds it the most important", () => {
    near(metric("WIFV"), [4.947917, 4.328703, 0]);
    near(metric("IFV"), [3.958333, 0.865741, 0]);
    near(metric("WIFN"), [2.738613, 2.12132, 5.656854]);
    near(weightedNorms(terms), [2.738613, 2.12132, 5.656854]);
    near(metric("IFV", "welford"), [4, 1, 0]);
  });

  it("are Magnitude-SP's", () => {
    near(columnNorms({ square: Float64Array.of(1.25, 5, 10) }), [1.118034, 2.236068, 3.162278]);
  });
});

describe("FLAP", () => {
  /** Two layers with 2 heads of 2 channels and 3 neurons. */
  const layout = createUnitLayout(
    [0, 1].flatMap((layer) => [textModule(layer, "attn", 2, 16), textModule(layer, "mlp", 3, 6)]),
    0,
  );
  const ones = (count: number) => new Float64Array(count).fill(1);
  const attention = (fluctuation: number[]): ModuleTerms => ({
    matrices: [
      matrixTerms("query", 2, 4),
      matrixTerms("key", 2, 4),
      matrixTerms("value", 2, 4),
      matrixTerms("output", 2, 4, { square: ones(4) }),
    ],
    input: input(4, { fluctuation: Float64Array.from(fluctuation), mean: Float64Array.of(1, 2, 3, 4) }),
  });
  const mlp = (fluctuation: number[]): ModuleTerms => ({
    matrices: [matrixTerms("gate", 1, 3), matrixTerms("up", 1, 3), matrixTerms("down", 1, 3, { square: ones(3) })],
    input: input(3, { fluctuation: Float64Array.from(fluctuation), mean: Float64Array.of(5, 6, 7) }),
  });
  // MLP scores standardise to −.7559, −.3780, 1.1339 and 0, 1, −1.
  const statistics = statisticsOf(layout, [
    attention([1, 3, 2, 2]),
    mlp([1, 2, 6]),
    attention([0, 4, 1, 3]),
    mlp([1, 2, 0]),
  ]);

  it("AL-AM squares attention alone, standardises, weighs heads as 2 neurons and removes the threshold's unit too", () => {
    const { keep, meanInputs, inputColumns } = flap.plan(layout, statistics, defaultParameters(), 0.3);
    expect([...keep]).toEqual([1, 0, 0, 0, 1, 1, 0, 1, 1, 0]);
    expect([...(meanInputs ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7]);
    expect([...(inputColumns ?? [])]).toEqual([4, 3, 4, 3]);
  });

  it("ranks by value per parameter what AL-AM compares", () => {
    const { values } = flap.plan(layout, statistics, defaultParameters(), 0.3);
    const efficiencies = [...values].map((value, unit) => value / ([0, 1, 5, 6].includes(unit) ? 16 : 6));
    // The lowest score, −1, is lifted to 0.
    [1.1508, 0.8492, 0.2441, 0.622, 2.1339, 1.1999, 0.8001, 1, 2, 0].forEach((expected, unit) => {
      expect(efficiencies[unit]).toBeCloseTo(expected, 3);
    });
  });

  it("UL-UM sums squares over a head, so that one strong column outweighs two middling ones", () => {
    const parameters = { ...defaultParameters(), flapStructure: "UL-UM" } as const;
    const uneven = statisticsOf(layout, [
      attention([0, 4, 3, 3]),
      mlp([1, 2, 6]),
      attention([0, 0, 1, 1]),
      mlp([1, 2, 0]),
    ]);
    const { keep, values } = flap.plan(layout, uneven, parameters, 0.5);
    expect([...values.subarray(0, 2)]).toEqual([16, 18]);
    expect([...values.subarray(2, 5)]).toEqual([1, 2, 6]);
    expect([...keep]).toEqual([0, 1, 0, 1, 1, 0, 1, 1, 1, 0]);
  });

  it("survives layers whose metric is constant, which its code standardises to not-a-number", () => {
    expect([...standardise(Float64Array.of(0.1, 0.1, 0.1))]).toEqual([0, 0, 0]);
    expect([...standardise(Float64Array.of(3))]).toEqual([0]);
    expect([...standardise(Float64Array.of(0, 1e-200, 2e-200))]).toEqual([0, 0, 0]);
    expect([...standardise(Float64Array.of(1, 2, 3))]).toEqual([-1, 0, 1]);
    const flat = statisticsOf(layout, [
      attention([1, 1, 1, 1]),
      mlp([1, 2, 6]),
      attention([0, 4, 1, 3]),
      mlp([2, 2, 2]),
    ]);
    const { values, keptUnits } = flap.plan(layout, flat, defaultParameters(), 0.3);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(keptUnits).toBeGreaterThan(0);
  });

  it("gives mean inputs under every allocation, and none without compensation", () => {
    for (const allocation of ["own", "budget", "uniform"] as const) {
      const parameters = { ...defaultParameters(), allocation };
      expect(flap.plan(layout, statistics, parameters, 0.3).meanInputs).toHaveLength(14);
      expect(flap.plan(layout, statistics, { ...parameters, flapCompensation: "off" }, 0.3).meanInputs).toBeNull();
    }
    const planner = flap.createPlanner(layout, statistics, defaultParameters());
    expect(planner(0.2).meanInputs).toBe(planner(0.4).meanInputs);
  });
});

describe("Attribution", () => {
  const layout = createUnitLayout([textModule(0, "mlp", 4)], 0);
  const terms: ModuleTerms = {
    matrices: [matrixTerms("gate", 1, 4), matrixTerms("up", 1, 4), matrixTerms("down", 1, 4)],
    input: input(4),
  };
  const statistics = statisticsOf(layout, [terms], Float64Array.of(0.13259, -0.5, 0.020717, -0.1));
  const plan = (attributionSign: "signed" | "absolute") =>
    methodNamed("attribution").plan(layout, statistics, { ...defaultParameters(), attributionSign }, 0.5);

  it("keeps the highest with their sign, or the strongest", () => {
    expect([...plan("signed").keep]).toEqual([1, 0, 1, 0]);
    expect([...plan("absolute").keep]).toEqual([1, 1, 0, 0]);
  });

  it("lifts negative values to zero", () => {
    [0.63259, 0, 0.520717, 0.4].forEach((value, unit) => {
      expect(plan("signed").values[unit]).toBeCloseTo(value, 12);
    });
    expect([...plan("absolute").values]).toEqual([0.13259, 0.5, 0.020717, 0.1]);
  });
});
