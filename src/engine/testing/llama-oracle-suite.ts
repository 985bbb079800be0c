/**
 * The plain llama architecture, text only, against numbers that the codes of LLM-Pruner and FLAP give for a small Llama:
 * what one calibration run leaves, turned into every method's scores. The same suite runs on the cpu backend in Node and
 * on WebGPU in a browser.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { lastProjection } from "../../core/methods/baseline-terms.ts";
import { channelScores, type Reduction } from "../../core/methods/channel-scores.ts";
import { flapMetric } from "../../core/methods/flap.ts";
import { methodNamed } from "../../core/methods/index.ts";
import { columnNorms, weightedNorms } from "../../core/methods/input-metrics.ts";
import { defaultParameters, type MethodParameters } from "../../core/parameters.ts";
import type { BaselineStatistics, MatrixTerms, ModuleTerms, Statistics } from "../../core/statistics.ts";
import type { LlamaOracleFile, OfficialMask } from "../../core/testing/llama-oracle.ts";
import type { Module } from "../../core/unit.ts";
import type { Backend } from "../../runtime/backend.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { createLlamaModel, type LlamaOracleConfig } from "./llama-config.ts";
import { excess } from "./oracle-suite.ts";

export interface LlamaExpectations extends Omit<LlamaOracleFile, "config"> {
  readonly config: LlamaOracleConfig;
  readonly ids: readonly (readonly number[])[];
  readonly logits_0_last: readonly number[];
  readonly loss: number;
  readonly llm_pruner_param_first_sum_correct_kv: readonly (readonly number[])[];
}

const TERM_OF = {
  vectorize: "taylorVector",
  param_first: "taylorFirst",
  param_second: "taylorSecond",
  param_mix: "taylorMix",
} as const satisfies Record<string, keyof MatrixTerms>;
type Variant = keyof typeof TERM_OF;

export interface LlamaOracle {
  readonly backend: Backend;
  readonly expected: LlamaExpectations;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/**
 * Declares the suite; call it inside a `describe`. `vocabularyParts`: parts that the embedding and the head are cut into.
 */
export function defineLlamaOracleSuite(load: () => Promise<LlamaOracle>, vocabularyParts = 1): void {
  let model: Model;
  let expected: LlamaExpectations;
  let samples: PreparedSample[];
  let statistics: Statistics;

  beforeAll(async () => {
    const loaded = await load();
    expected = loaded.expected;
    const { vocab, hidden } = expected.config;
    const table = Math.ceil(vocab / vocabularyParts) * hidden * 4;
    model = await createLlamaModel(loaded.backend, expected.config, loaded.weights, table);
    expect(model.definition.text.embeddingWeights).toHaveLength(vocabularyParts);
    expect(model.definition.text.headWeights).toHaveLength(1 + vocabularyParts);
    samples = expected.ids.map((ids) => ({ prompt: ids.slice(0, 1), trace: ids.slice(1), pivots: [], frames: [] }));
    const uploadedBefore = model.backend.uploadedBytes;
    statistics = await calibrate(model, {
      samples,
      batchSize: samples.length,
      window: 8,
      batchesPerRun: 1,
      signal: undefined,
      onProgress: undefined,
    });
    expect(model.backend.uploadedBytes).toBe(uploadedBefore);
  }, 300_000);
  afterAll(() => model?.backend.dispose());

  const baselines = (): BaselineStatistics => {
    if (statistics.baselines) return statistics.baselines;
    throw new Error("Calibration left no baselines.");
  };
  /** Checks what `numbers` makes of every module of a kind against rows by layer. */
  const expectRows = (
    kind: Module["kind"],
    numbers: (terms: ModuleTerms, module: Module) => ArrayLike<number>,
    rows: readonly (readonly number[])[],
    magnitudes: readonly (readonly number[])[] = [],
  ) => {
    model.layout.modules.forEach((module, index) => {
      const terms = baselines().modules[index];
      if (module.kind !== kind || !terms) return;
      const wanted = rows[module.layer] ?? [];
      const found = numbers(terms, module);
      expect(found.length).toBe(wanted.length);
      expect(excess(found, wanted, magnitudes[module.layer]), module.key).toBeLessThan(1);
    });
  };

  it("gives the reference's logits and loss", async () => {
    const dense = createMasks(model, null);
    let total = 0;
    for (const sample of samples) {
      const states = await denseTraceStates(model, sample, dense);
      const { nll } = await evaluateSample(model, sample, dense, states);
      total += nll.reduce((sum, value) => sum + value, 0) / nll.length;
      model.backend.release(states);
    }
    expect(total / samples.length).toBeCloseTo(expected.loss, 4);
    const [first] = samples;
    if (!first) throw new Error("The oracle has no sequences.");
    const batch = createBatch([first], null);
    const last = await traceLogits(model, batch, dense, undefined, Int32Array.of(batch.tokens - 1));
    expect(excess(await model.backend.read(last), expected.logits_0_last)).toBeLessThan(1);
    model.backend.release(last);
    dense.release();
  }, 120_000);

  it("scores MLP neurons for µCRASP as LLM-Pruner's first-order Taylor score does", () => {
    expect(statistics.batches).toBe(1);
    expect(statistics.pivotBatches).toBe(0);
    // Without pivots there is nothing to attribute to them.
    expect(statistics.attributionPivot.every((value) => value === 0)).toBe(true);
    const { modules, offsets } = model.layout;
    for (const [index, module] of modules.entries()) {
      if (module.kind !== "mlp") continue;
      const scores = statistics.attributionGlobal.subarray(offsets[index], offsets[index + 1]);
      expect(excess(scores, expected.llm_pruner.param_first?.sum?.mlp[module.layer] ?? [])).toBeLessThan(1);
    }
  });

  const variants: readonly Variant[] = ["vectorize", "param_first", "param_second", "param_mix"];
  const reductions: readonly Reduction[] = ["sum", "max", "prod", "first", "mean"];
  it.each(variants.flatMap((variant) => reductions.map((reduction) => [variant, reduction] as const)))(
    "gives LLM-Pruner's %s by %s",
    (variant, reduction) => {
      const printed = expected.llm_pruner[variant]?.[reduction];
      const scores = (terms: ModuleTerms, module: Module) =>
        channelScores(module, terms, (matrix) => matrix[TERM_OF[variant]], reduction, "correct");
      // Only the vectorised score sums both signs; a product of sums is no sum.
      const signed = variant === "vectorize" && reduction !== "prod";
      const magnitudes = signed ? expected.llm_pruner.param_first?.[reduction] : undefined;
      expectRows("attn", scores, printed?.heads ?? [], magnitudes?.heads);
      expectRows("mlp", scores, printed?.mlp ?? [], magnitudes?.mlp);
    },
  );

  it("credits key/value heads correctly", () => {
    const scores = (terms: ModuleTerms, module: Module) =>
      channelScores(module, terms, (matrix) => matrix.taylorFirst, "sum", "correct");
    expectRows("attn", scores, expected.llm_pruner_param_first_sum_correct_kv);
  });

  it.each(["l1_mean", "l2_mean"] as const)("gives LLM-Pruner's magnitude %s", (name) => {
    const printed = expected.llm_pruner_magnitude[name];
    const scores = (terms: ModuleTerms, module: Module) =>
      channelScores(
        module,
        terms,
        (matrix) => (name === "l1_mean" ? matrix.absolute : matrix.square),
        "mean",
        "correct",
      );
    expectRows("attn", scores, printed.heads);
    expectRows("mlp", scores, printed.mlp);
  });

  it.each(["WIFV", "IFV", "WIFN"] as const)("gives FLAP's %s and mean inputs", (metric) => {
    const printed = expected.flap[metric];
    const scores = (terms: ModuleTerms) => flapMetric(terms, { flapMetric: metric, flapVariance: "upstream" });
    const mean = (terms: ModuleTerms) => terms.input.mean;
    expectRows("attn", scores, printed.attn);
    expectRows("mlp", scores, printed.mlp);
    expectRows("attn", mean, printed.attn_baseline);
    expectRows("mlp", mean, printed.mlp_baseline);
  });

  it("gives Wanda-SP's and Magnitude-SP's columns", () => {
    const norms = (terms: ModuleTerms) => columnNorms(lastProjection(terms));
    for (const kind of ["attn", "mlp"] as const) {
      expectRows(kind, weightedNorms, expected.wanda_sp_dense_acts[kind]);
      expectRows(kind, norms, expected.mag_sp[kind]);
    }
  });

  /** Units kept by `method` at the official ratio, as the official mask has them. */
  const kept = (method: string, changed: Partial<MethodParameters>, { ratio }: OfficialMask) => {
    const { keep } = methodNamed(method).plan(model.layout, statistics, { ...defaultParameters(), ...changed }, ratio);
    const rows = (kind: Module["kind"]) =>
      model.layout.modules.flatMap((module, index) =>
        module.kind === kind
          ? [Array.from(keep.subarray(model.layout.offsets[index], model.layout.offsets[index + 1]))]
          : [],
      );
    return { heads: rows("attn"), neurons: rows("mlp") };
  };
  const masked = ({ head_mask, mlp_mask }: OfficialMask) => ({
    heads: head_mask.map((row) => row.map(Number)),
    neurons: mlp_mask.map((row) => row.map(Number)),
  });

  it.each(
    (["AL-AM", "UL-UM"] as const).flatMap((structure) =>
      (["WIFV", "IFV", "WIFN"] as const).map((metric) => [structure, metric] as const),
    ),
  )("keeps what FLAP's code keeps with %s of %s", (flapStructure, metric) => {
    const official = expected.flap_official[`${flapStructure}/${metric}`];
    if (!official) throw new Error("The oracle lacks a structure.");
    expect(kept("flap", { flapStructure, flapMetric: metric }, official)).toEqual(masked(official));
  });

  it("keeps what the code of Magnitude-SP keeps", () => {
    const official = expected.prune_magnitude_sp_official;
    expect(kept("magnitude-columns", {}, official)).toEqual(masked(official));
  });

  it("keeps what the code of Wanda-SP keeps in the first layer, whose inputs are dense there too", () => {
    const official = expected.prune_wanda_sp_official;
    const found = kept("wanda-sp", {}, official);
    const wanted = masked(official);
    expect(found.heads[0]).toEqual(wanted.heads[0]);
    expect(found.neurons[0]).toEqual(wanted.neurons[0]);
  });
}
