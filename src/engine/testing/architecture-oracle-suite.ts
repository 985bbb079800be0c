/**
 * The engine against reference numbers that transformers and torch autograd give for a small random model of any
 * architecture, with pictures of unequal size, samples without a picture, and several pictures in one prompt. The same suite
 * runs on the cpu backend in Node and on WebGPU in a browser.
 */
import "../../models/testing/every-architecture.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { methodNamed, methods } from "../../core/methods/index.ts";
import { defaultParameters } from "../../core/parameters.ts";
import type { Statistics } from "../../core/statistics.ts";
import { moduleKey } from "../../core/unit.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { fitWeights } from "../../models/fit-weights.ts";
import type { Frame } from "../../models/pictures.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Weights } from "../../models/weights.ts";
import type { Backend } from "../../runtime/backend.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { planSequentialWanda } from "../calibrate/sequential-wanda.ts";
import { generateBatch, generateGreedy } from "../generate/generate.ts";
import { createModel } from "../load/create-model.ts";
import { denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import { createBatch, type PreparedInput, type PreparedSample } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { visionOf } from "../pass/towers.ts";
import { sliceModel } from "../slice/slice-model.ts";
import type { ArchitectureExpectations, OraclePicture } from "./architecture-expectations.ts";
import { excess, TINY_MEMORY } from "./oracle-suite.ts";
import { renamedTensors } from "./renamed-tensors.ts";

export interface ArchitectureFiles {
  /** config.json as the hub has it, and as transformers 5 writes it. */
  readonly config: string;
  readonly laterConfig: string;
  /** With the hub's names. */
  readonly weights: Uint8Array<ArrayBuffer>;
  readonly expected: ArchitectureExpectations;
}

/** Loads a reference folder, whatever it lies behind. */
export async function readArchitectureFiles(
  read: (name: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<ArchitectureFiles> {
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  return {
    config: await text("config.json"),
    laterConfig: await text("config.transformers5.json"),
    weights: await read("model.safetensors"),
    expected: JSON.parse(await text("expected.json")) as ArchitectureExpectations,
  };
}

export interface ArchitectureSuite {
  readonly files: ArchitectureFiles;
  readonly backend: Backend;
}

function picturesOf(entry: ArchitectureExpectations["samples"][number]): readonly OraclePicture[] {
  return entry.pictures ?? (entry.pixel_values ? [entry as OraclePicture] : []);
}

/** A model of a folder's files, with config and weights in any dialect. */
function open(backend: Backend, config: string, weights: Weights): Promise<Model> {
  const fitted = fitWeights(parseModelConfig(config), weights);
  return createModel(backend, fitted.config, fitted.weights, { ifHeadsEqual: fitted.ifHeadsEqual });
}

function frameOf(
  model: Model,
  { pixel_values: values, pixel_shape: shape, aspect_ratio: tiles }: OraclePicture,
): Frame {
  const pieces = tiles && { pieces: { rows: tiles[0], columns: tiles[1] } };
  return visionOf(model).frameOf(Float32Array.from(values), { shape, ...pieces });
}

/**
 * Declares the suite; call it inside a `describe`.
 *
 * @param laterNames names of the tensors as transformers 5 has them in memory, from the hub's.
 */
export function defineArchitectureOracleSuite(
  load: () => Promise<ArchitectureSuite>,
  laterNames: (name: string) => string,
): void {
  let model: Model;
  let files: ArchitectureFiles;
  let expected: ArchitectureExpectations;
  let samples: PreparedSample[];
  let twoPictures: PreparedSample;
  let dense: MaskSet;
  let statistics: Statistics;

  const sampleAt = (index: number): PreparedSample => {
    const sample = samples[index];
    if (!sample) throw new Error(`The reference has no sample ${index}.`);
    return sample;
  };
  const ofUnits = (byKey: Readonly<Record<string, readonly number[]>>): number[] =>
    model.layout.modules.flatMap(({ key }) => byKey[key] ?? [Number.NaN]);
  const ofModules = (byKey: Readonly<Record<string, number>>): number[] =>
    model.layout.modules.map(({ key }) => byKey[key] ?? Number.NaN);

  const likelihoods = async (entry: PreparedSample, of = model, masks = dense): Promise<Float32Array> => {
    const states = await denseTraceStates(of, entry, masks);
    const { denseNll } = await evaluateSample(of, entry, masks, states);
    of.backend.release(states);
    return denseNll;
  };
  const logitsAt = async (entry: PreparedSample, positions?: Int32Array, masks = dense, of = model) => {
    const batch = createBatch([entry], of.imageTokenId);
    const logits = await traceLogits(of, batch, masks, undefined, positions);
    const found = await of.backend.read(logits);
    of.backend.release(logits);
    return found;
  };

  beforeAll(async () => {
    const loaded = await load();
    files = loaded.files;
    expected = files.expected;
    model = await open(loaded.backend, files.config, new SafetensorsFile(files.weights));
    samples = expected.samples.map((entry) => ({
      prompt: entry.prompt,
      trace: entry.trace,
      pivots: entry.pivots ?? [],
      frames: picturesOf(entry).map((picture) => frameOf(model, picture)),
    }));
    const { prompt, trace, pictures } = expected.two_pictures;
    twoPictures = { prompt, trace, pivots: [], frames: pictures.map((picture) => frameOf(model, picture)) };
    dense = createMasks(model, null);
  }, 120_000);

  afterAll(() => {
    dense?.release();
    return model?.backend.dispose();
  });

  it("reads both dialects of config.json alike", () => {
    expect(parseModelConfig(files.laterConfig)).toEqual(parseModelConfig(files.config));
  });

  it("counts units, their costs and parameters as the reference does", () => {
    const costs = Object.fromEntries(
      model.layout.modules.map(({ tower, kind, unitCost }) => [`${tower}.${kind}`, unitCost]),
    );
    expect(costs).toEqual(expected.unit_cost);
    const [plan] = expected.plans;
    const structural = model.layout.modules.reduce((sum, { unitCount, unitCost }) => sum + unitCount * unitCost, 0);
    expect(structural).toBe(plan?.total);
    const counts = Object.fromEntries(model.layout.modules.map(({ key, unitCount }) => [key, unitCount]));
    const wanted = Object.entries(expected.attribution_global).map(([key, units]) => [key, units.length]);
    expect(counts).toEqual(Object.fromEntries(wanted));
    expect(moduleKey("text", 0, "attn") in counts).toBe(true);
  });

  it("gives the reference's logits of all trace tokens", async () => {
    for (const [index, logits] of expected.dense.trace_logits.entries()) {
      if (!logits) continue;
      expect(excess(await logitsAt(sampleAt(index)), logits.values), `sample ${index}`).toBeLessThan(1);
    }
  }, 120_000);

  it("gives the reference's likelihood of every trace token, and zero divergence from itself", async () => {
    const full = createMasks(model, new Uint8Array(model.layout.unitCount).fill(1));
    for (const [index, entry] of samples.entries()) {
      const states = await denseTraceStates(model, entry, dense);
      const measured = await evaluateSample(model, entry, full, states);
      expect(excess(measured.denseNll, expected.dense.nll[index] ?? []), `sample ${index}`).toBeLessThan(1);
      expect(Array.from(measured.kl)).toEqual(Array.from(measured.kl, () => 0));
      model.backend.release(states);
    }
    full.release();
  }, 120_000);

  it("gives the reference's likelihoods of a prompt with two pictures", async () => {
    expect(excess(await likelihoods(twoPictures), expected.two_pictures.nll)).toBeLessThan(1);
    const last = twoPictures.prompt.length + twoPictures.trace.length - 2;
    const found = await logitsAt(twoPictures, Int32Array.of(last));
    expect(excess(found, expected.two_pictures.trace_logits_last)).toBeLessThan(1);
  }, 120_000);

  it("gives each sample's likelihoods in a batch of samples with other pictures and none", async () => {
    const all = [...samples, twoPictures];
    const batch = createBatch(all, model.imageTokenId);
    const logits = await traceLogits(model, batch, dense, undefined, undefined);
    const together = await model.backend.read(logits);
    model.backend.release(logits);
    const vocabulary = model.definition.text.vocabularySize;
    for (const [index, entry] of all.entries()) {
      const [from = 0, to = 0] = [batch.starts[index], batch.starts[index + 1]];
      const alone = await logitsAt(entry);
      expect(excess(together.subarray(from * vocabulary, to * vocabulary), alone), `sample ${index}`).toBeLessThan(1);
    }
  }, 120_000);

  it("reads weights under the names of transformers 5", async () => {
    const renamed = new SafetensorsFile(renamedTensors(files.weights, laterNames));
    const other = await open(model.backend, files.laterConfig, renamed);
    const masks = createMasks(other, null);
    expect(excess(await likelihoods(sampleAt(0), other, masks), expected.dense.nll[0] ?? [])).toBeLessThan(1);
    masks.release();
  }, 120_000);

  it("generates the reference's tokens greedily, alone and in a batch of unequal samples", async () => {
    const rest = { prefix: [], maximumTokens: 24 };
    const common = { masks: dense, stopIds: [], signal: undefined };
    const alone = new Map<number, readonly number[]>();
    for (const [index, entry] of samples.entries()) {
      const { ids } = await generateGreedy(model, { ...common, ...rest, sample: entry });
      alone.set(index, ids);
      const wanted = expected.dense.greedy_24_tokens[index];
      if (wanted) expect(ids, `sample ${index}`).toEqual(wanted);
    }
    const requests = samples.map(({ prompt, frames }) => ({
      ...rest,
      input: { prompt, frames } satisfies PreparedInput,
    }));
    const together = await generateBatch(model, { ...common, samples: requests });
    for (const [index, { ids }] of together.entries()) expect(ids, `sample ${index}`).toEqual(alone.get(index));
    const resumed = await generateGreedy(model, {
      ...common,
      sample: sampleAt(0),
      prefix: alone.get(0)?.slice(0, 9) ?? [],
      maximumTokens: 24,
    });
    expect(resumed.ids).toEqual(alone.get(0));
  }, 240_000);

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
      expect(excess(statistics.attributionGlobal, ofUnits(expected.attribution_global)), "global").toBeLessThan(1);
      expect(excess(statistics.attributionPivot, ofUnits(expected.attribution_pivot)), "pivot").toBeLessThan(1);
      expect(excess(statistics.cmds, ofModules(expected.cmds)), "cmds").toBeLessThan(1);
      expect(excess(statistics.sens, ofModules(expected.sens)), "sens").toBeLessThan(1);
      expect(model.backend.uploadedBytes).toBe(uploadedBefore);
    },
    300_000,
  );

  it("plans, keeps and diverges as the reference does", async () => {
    for (const plan of expected.plans) {
      if (plan.value) {
        const planned = methodNamed("mucrasp").plan(model.layout, statistics, defaultParameters(), plan.ratio);
        expect(excess(planned.values, ofUnits(plan.value)), "values").toBeLessThan(1);
        expect(Array.from(planned.keep)).toEqual(ofUnits(plan.keep));
        expect(planned.reachedRatio).toBeCloseTo(plan.reached ?? Number.NaN, 12);
      }
      const pruned = createMasks(model, Uint8Array.from(ofUnits(plan.keep)));
      for (const [index, entry] of samples.entries()) {
        const states = await denseTraceStates(model, entry, dense);
        const { kl } = await evaluateSample(model, entry, pruned, states);
        const wanted = plan.kl_per_token[index] ?? [];
        expect(kl.length).toBe(wanted.length);
        kl.forEach((value, token) => {
          expect(Math.abs(value - (wanted[token] ?? Number.NaN)), `sample ${index}`).toBeLessThan(1e-4);
        });
        model.backend.release(states);
      }
      const first = sampleAt(0);
      const last = first.prompt.length + first.trace.length - 1;
      const logits = await logitsAt(first, Int32Array.of(last), pruned);
      expect(excess(logits, plan.logits_sample0_last)).toBeLessThan(1);
      pruned.release();
    }
  }, 300_000);

  it("gives the masked model's logits and tokens with the removed units sliced off", async () => {
    const keep = Uint8Array.from(ofUnits(expected.plans[0]?.keep ?? {}));
    const sliced = await sliceModel(model, { keep, meanInputs: null });
    for (const entry of [...samples, twoPictures]) {
      const masked = await logitsAt(entry, undefined, sliced.masked);
      expect(excess(await logitsAt(entry, undefined, sliced.masks, sliced.model), masked)).toBeLessThan(1);
    }
    const rest = { sample: sampleAt(0), prefix: [], maximumTokens: 12, stopIds: [], signal: undefined };
    const found = await generateGreedy(sliced.model, { ...rest, masks: sliced.masks });
    expect(found).toEqual(await generateGreedy(model, { ...rest, masks: sliced.masked }));
    await sliced.release();
  }, 120_000);

  it("lets every method plan, and scores by whole layers one after another as by one calibration", async () => {
    for (const method of methods) {
      const planned = method.plan(model.layout, statistics, defaultParameters(), 0.3);
      expect(planned.values.every(Number.isFinite), method.name).toBe(true);
      // Minimums of modules, and thresholds, leave or take a little more than the ratio.
      expect(planned.reachedRatio, method.name).toBeGreaterThan(0.1);
      expect(planned.reachedRatio, method.name).toBeLessThan(0.35);
    }
    const sequential = await planSequentialWanda(model, samples, { ratio: 0 });
    const { values } = methodNamed("wanda-sp").plan(model.layout, statistics, defaultParameters(), 0);
    // By a factor of each module: samples that do not run through one count among its samples in a calibration only.
    for (const [index, { key, unitCount }] of model.layout.modules.entries()) {
      const first = model.layout.offsets[index] ?? 0;
      const factors = Array.from({ length: unitCount }, (_, unit) => {
        return (sequential.values[first + unit] ?? 0) / (values[first + unit] ?? 0);
      });
      expect(Math.max(...factors) / Math.min(...factors) - 1, key).toBeLessThan(1e-3);
    }
  }, 120_000);
}
