/**
 * The engine against reference numbers that transformers and torch autograd give for a small random Idefics3. The
 * same suite runs on the cpu backend in Node and on WebGPU in a browser.
 */

import { afterAll, beforeAll, expect, it } from "vitest";
import type { Statistics } from "../../core/statistics.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Backend } from "../../runtime/backend.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { generateBatch, generateGreedy } from "../generate/generate.ts";
import { createModel } from "../load/create-model.ts";
import { denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { createPruningMasks } from "../pass/compensation.ts";
import { traceLogits } from "../pass/last-states.ts";
import { createMasks } from "../pass/masks.ts";
import type { MemoryLimits } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { visionOf } from "../pass/towers.ts";
import { projectionColumns } from "./columns.ts";

export interface OracleFiles {
  readonly config: string;
  readonly weights: Uint8Array<ArrayBuffer>;
  readonly expected: OracleExpectations;
}

export interface OracleExpectations {
  readonly window: number;
  readonly batch_size: number;
  readonly image_token_id: number;
  readonly samples: readonly { pixel_values: number[]; prompt: number[]; trace: number[]; pivots: number[] }[];
  readonly dense: { logits_sample0: number[]; nll: number[][]; greedy_24_tokens_sample0: number[] };
  readonly attribution_global: Record<string, number[]>;
  readonly attribution_pivot: Record<string, number[]>;
  readonly cmds: Record<string, number>;
  readonly sens: Record<string, number>;
  readonly plans: readonly {
    ratio: number;
    keep: Record<string, number[]>;
    kl_per_token: number[][];
    logits_sample0_last: number[];
  }[];
}

/** Of the magnitudes that were summed, what a sum that cancels may be off by: measured are 2.8e-6, on wgpu and llvmpipe. */
const CANCELLATION = 4e-6;

/**
 * Largest difference in units of what is allowed: 1e-4 of the expected number, plus a millionth of the largest one for
 * numbers that are nearly zero. Below 1 passes. Where the numbers are sums of both signs, `magnitudes` are the same sums
 * without signs, and rounding of what cancelled is allowed as well.
 */
export function excess(actual: ArrayLike<number>, expected: ArrayLike<number>, magnitudes?: ArrayLike<number>): number {
  const sizes = Array.from(expected, Math.abs);
  const floor = Math.max(...sizes) * 1e-6 || 1e-12;
  return Math.max(
    ...sizes.map((size, index) => {
      const difference = Math.abs((actual[index] ?? Number.NaN) - (expected[index] ?? Number.NaN));
      const allowed = floor + 1e-4 * size + CANCELLATION * (magnitudes?.[index] ?? 0);
      return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / allowed;
    }),
  );
}

function perUnit(layout: UnitLayout, byKey: Record<string, number[]>): Float64Array {
  return Float64Array.from(layout.modules.flatMap((module) => byKey[module.key] ?? []));
}

function keepOf(layout: UnitLayout, byKey: Record<string, number[]>): Uint8Array {
  return Uint8Array.from(perUnit(layout, byKey));
}

/** Sample by sample through every layer, seven rows of logits at a time, and no padding. */
export const TINY_MEMORY: MemoryLimits = {
  largestBuffer: Number.POSITIVE_INFINITY,
  layer: 1,
  run: Number.POSITIVE_INFINITY,
  logits: 5 * 7 * 96 * 4,
  caches: 2,
  paddedPatches: 0,
};

/** Declares the suite; call it inside a `describe`. */
export function defineOracleSuite(load: () => Promise<{ files: OracleFiles; backend: Backend }>): void {
  let model: Model;
  let expected: OracleExpectations;
  let samples: PreparedSample[];
  let statistics: Statistics;
  const sample = (): PreparedSample => {
    const [first] = samples;
    if (!first) throw new Error("The oracle has no samples.");
    return first;
  };

  beforeAll(async () => {
    const { files, backend } = await load();
    expected = files.expected;
    const weights = new SafetensorsFile(files.weights, "model.safetensors");
    model = await createModel(backend, parseModelConfig(files.config), weights);
    samples = expected.samples.map((entry) => ({
      prompt: entry.prompt,
      trace: entry.trace,
      pivots: entry.pivots,
      frames: [visionOf(model).frameOf(Float32Array.from(entry.pixel_values))],
    }));
  }, 120_000);

  afterAll(() => model?.backend.dispose());

  it("gives the reference's logits at every position", async () => {
    const dense = createMasks(model, null);
    const batch = createBatch([sample()], model.imageTokenId);
    const all = Int32Array.from({ length: batch.tokens }, (_, row) => row);
    const logits = await traceLogits(model, batch, dense, undefined, all);
    expect(excess(await model.backend.read(logits), expected.dense.logits_sample0)).toBeLessThan(1);
    model.backend.release(logits);
    dense.release();
  }, 120_000);

  it("gives the reference's likelihood of every trace token, and zero divergence from itself", async () => {
    const dense = createMasks(model, null);
    const full = createMasks(model, new Uint8Array(model.layout.unitCount).fill(1));
    for (const [index, entry] of samples.entries()) {
      const states = await denseTraceStates(model, entry, dense);
      const measurement = await evaluateSample(model, entry, full, states);
      expect(excess(measurement.denseNll, expected.dense.nll[index] ?? [])).toBeLessThan(1);
      // Masked at ratio 0 is the dense model to the bit.
      expect(Array.from(measurement.kl)).toEqual(Array.from(measurement.kl, () => 0));
      expect(Array.from(measurement.nll)).toEqual(Array.from(measurement.denseNll));
      model.backend.release(states);
    }
    dense.release();
    full.release();
  }, 120_000);

  it("generates the reference's tokens greedily", async () => {
    const dense = createMasks(model, null);
    const { ids, finish } = await generateGreedy(model, {
      sample: sample(),
      prefix: [],
      masks: dense,
      stopIds: [],
      maximumTokens: 24,
      signal: undefined,
    });
    expect(ids).toEqual(expected.dense.greedy_24_tokens_sample0);
    expect(finish).toBe("length");
    const resumed = await generateGreedy(model, {
      sample: sample(),
      prefix: ids.slice(0, 9),
      masks: dense,
      stopIds: [],
      maximumTokens: 24,
      signal: undefined,
    });
    expect(resumed.ids).toEqual(ids);
    dense.release();
  }, 120_000);

  it.each([
    { batchesPerRun: 1, memory: "as it is" },
    { batchesPerRun: 2, memory: "as it is" },
    { batchesPerRun: 2, memory: "tiny" },
  ])(
    "gives the reference's attributions and signals with $batchesPerRun batches at once, memory $memory",
    async ({ batchesPerRun, memory }) => {
      const uploadedBefore = model.backend.uploadedBytes;
      statistics = await calibrate(model, {
        samples,
        batchSize: expected.batch_size,
        window: expected.window,
        batchesPerRun,
        ...(memory === "tiny" ? { memory: TINY_MEMORY } : {}),
        signal: undefined,
        onProgress: undefined,
      });
      const { layout } = model;
      expect(statistics.batches).toBe(2);
      expect(statistics.pivotBatches).toBe(2);
      expect(excess(statistics.attributionGlobal, perUnit(layout, expected.attribution_global))).toBeLessThan(1);
      expect(excess(statistics.attributionPivot, perUnit(layout, expected.attribution_pivot))).toBeLessThan(1);
      const signal = (byKey: Record<string, number>) => layout.modules.map((module) => byKey[module.key] ?? Number.NaN);
      expect(excess(statistics.cmds, signal(expected.cmds))).toBeLessThan(1);
      expect(excess(statistics.sens, signal(expected.sens))).toBeLessThan(1);
      expect(model.backend.uploadedBytes).toBe(uploadedBefore);
    },
    300_000,
  );

  it("gives the reference's divergence and logits for every reference plan", async () => {
    const dense = createMasks(model, null);
    for (const plan of expected.plans) {
      const pruned = createMasks(model, keepOf(model.layout, plan.keep));
      for (const [index, entry] of samples.entries()) {
        const states = await denseTraceStates(model, entry, dense);
        const { kl } = await evaluateSample(model, entry, pruned, states);
        const wanted = plan.kl_per_token[index] ?? [];
        expect(kl.length).toBe(wanted.length);
        kl.forEach((value, token) => {
          expect(Math.abs(value - (wanted[token] ?? Number.NaN))).toBeLessThan(1e-4);
        });
        model.backend.release(states);
      }
      const batch = createBatch([sample()], model.imageTokenId);
      const last = await traceLogits(model, batch, pruned, undefined, Int32Array.of(batch.tokens - 1));
      expect(excess(await model.backend.read(last), plan.logits_sample0_last)).toBeLessThan(1);
      model.backend.release(last);
      pruned.release();
    }
    dense.release();
  }, 300_000);
  it("generates in batches what each sample gives alone, pruned and compensated", async () => {
    const [plan] = expected.plans;
    const { layout, definition, backend } = model;
    const meanInputs = Float32Array.from(
      { length: projectionColumns(definition) },
      (_, column) => ((column % 7) - 3) / 20,
    );
    const uploadedBefore = backend.uploadedBytes;
    const masks = await createPruningMasks(model, { keep: keepOf(layout, plan?.keep ?? {}), meanInputs });
    const rest = { masks, stopIds: [], signal: undefined };
    // Prompts and ends differ, so that the batch has padding and shrinks from 4 rows to 2 and 1.
    const requests = samples.slice(0, 3).map(({ prompt, frames }, index) => ({
      input: { prompt: prompt.slice(0, prompt.length - index), frames },
      prefix: [],
      maximumTokens: 4 + 3 * index,
    }));
    const batched = await generateBatch(model, { ...rest, samples: requests });
    for (const [index, { input, ...limits }] of requests.entries()) {
      const alone = await generateGreedy(model, { ...rest, ...limits, sample: input });
      expect(batched[index]).toEqual(alone);
      const traced = { ...input, trace: alone.ids, pivots: [] };
      const states = await denseTraceStates(model, traced, masks);
      const { argmax } = await evaluateSample(model, traced, masks, states);
      expect(Array.from(argmax)).toEqual(alone.ids);
      backend.release(states);
    }
    masks.release();
    expect(backend.uploadedBytes).toBe(uploadedBefore);
  }, 300_000);
}
