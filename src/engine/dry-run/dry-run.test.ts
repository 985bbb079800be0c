/** A dry run holds to the byte what a real run holds, and says what sizes take that no device here could hold. */
import "../../models/testing/every-architecture.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import type { Precision } from "../../graph/precision.ts";
import { type ModelConfig, parseModelConfig } from "../../models/architectures/registry.ts";
import { weightSlots } from "../../models/architectures/weight-slots.ts";
import type { Backend, Tensor } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { createDryBackend } from "../../runtime/dry/backend.ts";
import { randomFloats } from "../../testing/random.ts";
import { describeWithShared } from "../../testing/shared.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { createNumbers, randomWeights, uploadRandom } from "../check/random-weights.ts";
import { generateBatch } from "../generate/generate.ts";
import { assembleModel, defineModel, defineModelWithin } from "../load/create-model.ts";
import { denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import type { PreparedSample } from "../pass/batch.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model, WayToWrite } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";
import { visionOf } from "../pass/towers.ts";
import { countBytes } from "../slice/counted-backend.ts";
import { SMALL_CONFIG } from "../testing/small-config.ts";
import { createDryModel, type DryRun, dryRun } from "./dry-run.ts";
import { drySample } from "./dry-sample.ts";

const node = createNodeBackend();
afterAll(() => node.dispose());

/** Random weights in the place of a checkpoint's. */
function createModel(backend: Backend, config: ModelConfig, precision: Precision): Model {
  const definition = defineModelWithin(config, backend.limits.largestBuffer, precision);
  const numbers = createNumbers();
  const tensors = new Map<string, Tensor>();
  const tensorOf: Parameters<typeof assembleModel>[3]["tensorOf"] = (slot) => {
    const known = tensors.get(slot.tensor);
    if (known) return known;
    using scope = openScope(backend);
    const feeds = uploadRandom(scope, [slot], randomWeights([slot], numbers), precision);
    const tensor = feeds[slot.input] as Tensor;
    tensors.set(slot.tensor, scope.give(tensor));
    return tensor;
  };
  expect(weightSlots(definition).every(({ rows }) => rows === undefined)).toBe(true);
  return assembleModel(backend, config, definition, { precision, generationWay: "whole", weightHash: "", tensorOf });
}

/** Samples of unequal lengths with a picture each. */
function samplesOf(model: Model, lengths: readonly (readonly [question: number, trace: number])[]): PreparedSample[] {
  const vision = visionOf(model);
  const { pixelShape, largestFrame, imageTokenId } = vision;
  const random = createRandom(4);
  return lengths.map(([question, trace]) => {
    const pixels = pixelShape.reduce((product, length) => product * length, 1);
    const text = Array.from({ length: question }, () => 6 + random.integer(80));
    return {
      prompt: [...Array<number>(largestFrame.tokens).fill(imageTokenId), ...text],
      trace: Array.from({ length: trace }, () => 6 + random.integer(80)),
      pivots: [1],
      frames: [vision.frameOf(randomFloats(random, pixels))],
    };
  });
}

type Work = (model: Model, samples: readonly PreparedSample[], masks: MaskSet) => Promise<unknown>;

const WORKS: Readonly<Record<string, Work>> = {
  writing: (model, samples, masks) => write(model, samples, masks, undefined),
  "writing in one graph": (model, samples, masks) => write(model, samples, masks, "fused"),
  "writing by layers": (model, samples, masks) => write(model, samples, masks, "layers"),
  async measuring(model, [sample], masks) {
    if (!sample) return;
    using scope = openScope(model.backend);
    const dense = scope.own(await denseTraceStates(model, sample, masks));
    await evaluateSample(model, sample, masks, dense);
  },
  calibrating: (model, samples) =>
    calibrate(model, { samples, batchSize: 2, window: 2, signal: undefined, onProgress: undefined }),
};

function write(model: Model, samples: readonly PreparedSample[], masks: MaskSet, way: WayToWrite | undefined) {
  const rows = samples.map((input) => ({ input, prefix: input.trace.slice(0, 3), maximumTokens: 8 }));
  return generateBatch(model, { samples: rows, masks, stopIds: [], signal: undefined, ...(way && { way }) });
}

describe.each(["float32", "float16"] as const)("a dry run in %s", (precision) => {
  it.each(Object.keys(WORKS))("holds what a real run holds: %s", async (name) => {
    const work = WORKS[name] as Work;
    const lengths = [
      [9, 12],
      [14, 12],
      [5, 7],
    ] as const;
    const measure = async (model: Model) => {
      const masks = createMasks(model, null);
      await work(model, samplesOf(model, lengths), masks);
      masks.release();
    };
    const counted = countBytes(node);
    await measure(createModel(counted.backend, SMALL_CONFIG, precision));
    const dry = createDryBackend({ kind: "cpu", largestBuffer: Number.POSITIVE_INFINITY });
    await measure(createDryModel(dry, SMALL_CONFIG, precision));
    expect(dry.tensorPeak).toBe(counted.peak);
    expect(dry.peak).toBeGreaterThan(dry.tensorPeak);
  });
});

const GIGABYTE = 1e9;
const BUFFER = 2 ** 31 - 4;

/** Bytes of a model of `config` on a GPU in half precision, for `count` samples of 296 tokens and a picture's. */
function peaksOf(config: ModelConfig, pictureTokens: number, count = 8, rest: Partial<DryRun> = {}) {
  const sizes = { pictureTokens, questionTokens: 40, traceTokens: 256 };
  const sample = drySample(defineModel(config), sizes);
  const samples = Array<PreparedSample>(count).fill(sample);
  return dryRun(config, {
    ...{ kind: "webgpu", largestBuffer: BUFFER, precision: "float16", samples, batchSize: 2 },
    ...rest,
  });
}

describeWithShared("a dry run of Qwen2-VL-2B", (shared) => {
  const text = readFileSync(join(shared, "checkpoints", "Qwen2-VL-2B-Instruct", "config.json"), "utf8");
  const config = parseModelConfig(text);

  it("fits a GPU of 8 GB with pictures of 64 tokens, calibration in batches of two included", async () => {
    const peaks = await peaksOf(config, 64);
    expect(peaks.weights / GIGABYTE).toBeCloseTo(4.42, 2);
    expect(peaks.writing / GIGABYTE).toBeLessThan(4.55);
    expect(peaks.measuring / GIGABYTE).toBeLessThan(5);
    expect(peaks.calibrating / GIGABYTE).toBeLessThan(5.5);
  });

  it("takes more of a GPU that has more", async () => {
    const small = await peaksOf(config, 64);
    const large = await peaksOf(config, 64, 8, { memory: 24 * 2 ** 30 });
    expect(large.calibrating).toBeGreaterThan(small.calibrating + 0.3 * GIGABYTE);
  });

  it.each([
    { tokens: 64, gigabytes: 5.14 },
    { tokens: 256, gigabytes: 5.63 },
  ])("takes $gigabytes GB for pictures of $tokens tokens", async ({ tokens, gigabytes }) => {
    const { calibrating } = await peaksOf(config, tokens, 2);
    expect(calibrating / GIGABYTE / gigabytes).toBeCloseTo(1, 1);
  });

  it("takes no more than 1.6 times its weights on a CPU that holds them in half precision", async () => {
    const peaks = await peaksOf(config, 64, 2, { kind: "cpu", largestBuffer: Number.POSITIVE_INFINITY });
    const { weights, writing, measuring, calibrating } = peaks;
    expect(Math.max(writing, measuring, calibrating) / weights).toBeLessThan(1.6);
  });

  it("is refused where a buffer is too small, with both numbers", { tags: ["attack"] }, async () => {
    await expect(peaksOf(config, 64, 2, { largestBuffer: 16 * 2 ** 20 })).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/takes [\d.]+ MB; this device allows 16[\d.]+ MB/),
    });
  });
});
