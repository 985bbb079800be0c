import "../../models/testing/every-architecture.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { projectRoot } from "../../testing/shared.ts";
import { BATCHES_PER_RUN, LOSS_TAPS } from "../calibrate/calibration-plan.ts";
import { defineModel } from "../load/create-model.ts";
import { paddedSize } from "./batch.ts";
import {
  backwardBytes,
  batchesPerRun,
  checkSequence,
  forwardBytes,
  groupSizes,
  logitRows,
  type MemoryLimits,
  memoryLimits,
  padsFrames,
  sampleBytes,
  samplesAtOnce,
  samplesWritten,
  sequencesOf,
  tapBytes,
  vocabularyParts,
  widestBytes,
} from "./memory-plan.ts";

const MEBIBYTE = 2 ** 20;
const gpu = (largestBuffer: number): MemoryLimits =>
  memoryLimits({ kind: "webgpu", limits: { largestBuffer, float16: false }, writesInPlace: true });
const unbounded = { largestBuffer: Number.POSITIVE_INFINITY, float16: true };
const cpu = memoryLimits({ kind: "cpu", limits: unbounded, writesInPlace: false });

/** SmolVLM's sizes: 1024 patches of 768, 12 heads; text as given. */
function smolVlm(text: {
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
}) {
  return defineModel({
    architecture: "idefics3",
    imageTokenId: 49190,
    scaleFactor: 4,
    tieWordEmbeddings: false,
    text: {
      ...text,
      vocabularySize: 49280,
      headSize: 64,
      normEpsilon: 1e-5,
      ropeTheta: 1e5,
      maximumPositions: 8192,
      tieWordEmbeddings: false,
    },
    vision: {
      hiddenSize: 768,
      intermediateSize: 3072,
      layers: 12,
      heads: 12,
      channels: 3,
      imageSize: 512,
      patchSize: 16,
      normEpsilon: 1e-6,
      activation: "gelu_pytorch_tanh",
    },
  });
}
const small = smolVlm({ hiddenSize: 576, intermediateSize: 1536, layers: 30, heads: 9, keyValueHeads: 3 });
const large = smolVlm({ hiddenSize: 960, intermediateSize: 2560, layers: 32, heads: 15, keyValueHeads: 5 });
const bundled = defineModel(
  parseModelConfig(readFileSync(join(projectRoot, "public/models/scenes/config.json"), "utf8")),
);

describe("groups of samples", () => {
  it("go all at once where they fit, else in few sizes", () => {
    expect(groupSizes(16, 64)).toEqual([16]);
    expect(groupSizes(16, 5)).toEqual([4, 4, 4, 4]);
    expect(groupSizes(17, 5)).toEqual([5, 5, 5, 2]);
    expect(groupSizes(17, 3)).toEqual([3, 3, 3, 3, 3, 2]);
    expect(groupSizes(8, 3)).toEqual([2, 2, 2, 2]);
    expect(groupSizes(3, 1)).toEqual([1, 1, 1]);
    expect(groupSizes(1, 1)).toEqual([1]);
  });

  it("of frames of 1024 patches hold the attention of at most two under WebGPU's default limits", () => {
    const frames = sequencesOf(small, "vision", 1024);
    expect(small.vision?.largestFrame.patches).toBe(1024);
    expect(samplesAtOnce(frames, 0, gpu(128 * MEBIBYTE))).toBe(2);
    expect(samplesAtOnce(frames, 0, gpu(2048 * MEBIBYTE))).toBeGreaterThan(2);
    // Forward and backward hold the attention probabilities, 12 · 1024² floats, several times.
    const probabilities = 12 * 1024 ** 2 * 4;
    expect(forwardBytes(frames)).toBeGreaterThan(3 * probabilities);
    expect(backwardBytes(frames, 3)).toBeGreaterThan(6 * probabilities);
    expect(samplesAtOnce(frames, 3, cpu)).toBe(1);
  });

  it("hold all samples of the bundled model, in both passes and on both backends", () => {
    for (const limits of [gpu(128 * MEBIBYTE), cpu]) {
      const samples = 32;
      expect(samplesAtOnce(sequencesOf(bundled, "text", 128), 3, limits)).toBeGreaterThanOrEqual(samples);
      expect(
        samplesAtOnce(sequencesOf(bundled, "vision", bundled.vision?.largestFrame.patches ?? 0), 3, limits),
      ).toBeGreaterThanOrEqual(samples);
      expect(samplesAtOnce(sequencesOf(bundled, "text", 128), 0, limits)).toBeGreaterThanOrEqual(samples);
    }
    expect(samplesWritten(bundled, 64, 512, cpu)).toBeGreaterThanOrEqual(32);
    expect(padsFrames({ patches: bundled.vision?.largestFrame.patches ?? 0 }, cpu)).toBe(true);
    expect(padsFrames({ patches: 1024 }, cpu)).toBe(false);
  });
});

describe("layers that attend to pictures", () => {
  const tiled = defineModel(
    parseModelConfig(JSON.stringify({ model_type: "mllama", vision_config: { image_size: 560 } })),
  );
  const sequences = sequencesOf(tiled, "text", 300);

  it("have scores over all rows of a picture", () => {
    expect(widestBytes(sequences)).toBe(32 * 300 * 6432 * 4);
    expect(forwardBytes(sequences)).toBeGreaterThan(3 * 32 * 300 * 6432 * 4);
    expect(() => checkSequence(sequences, gpu(128 * MEBIBYTE))).toThrow(/300 tokens.*235.5 MiB.*128 MiB/);
  });

  it("leave the states with their gradients, once for all layers", () => {
    const work = { tokens: 300, patches: 6432, batchSize: 1, losses: LOSS_TAPS };
    const states = (1 + LOSS_TAPS.length) * 6432 * 4096 * 4;
    const kept = (40 * 300 * 4096 + 40 * 6432 * 1280) * 4;
    expect(sampleBytes(tiled, work)).toBeGreaterThan(kept + states);
    expect(tapBytes(sequences, LOSS_TAPS)).toBeGreaterThan(6432 * 4096 * 4);
  });
});

describe("samples that are written at once", () => {
  it("have room for their keys and values", () => {
    const limits = gpu(2048 * MEBIBYTE);
    const short = samplesWritten(small, 85, 125, limits);
    const long = samplesWritten(small, 85, 585, limits);
    expect(long).toBeLessThan(short);
    // Keys and values of a token in all layers.
    const token = (layers: number, keyValueHeads: number) => layers * 2 * keyValueHeads * 64 * 4;
    for (const wanted of [long, long - 1]) {
      expect(paddedSize(wanted) * token(30, 3) * 585).toBeLessThanOrEqual(limits.run);
    }
    const samples = samplesWritten(large, 140, 640, limits);
    expect(paddedSize(samples) * token(32, 5) * 640).toBeLessThanOrEqual(limits.run);
    expect(2 * samples * token(32, 5) * 640).toBeGreaterThan(limits.run);
    // Where they are not written in place, they are there before and after one more is written.
    expect(samplesWritten(large, 140, 640, cpu)).toBe(samplesWritten(large, 140, 640, { ...cpu, caches: 1 }) / 2);
    // Attention of the first pass over a short prompt in a large room: 9 heads, 64 MB a sample.
    expect(samplesWritten(small, 400, 4660, { ...cpu, run: 2 ** 40, layer: 8.5 * 9 * 400 * 4660 * 4 })).toBe(8);
    // Keys of all samples in a layer are one tensor: 3 heads of 64.
    expect(samplesWritten(small, 8, 4000, { ...gpu(4.5 * 3 * 64 * 4000 * 4), run: 2 ** 40 })).toBe(4);
    // The padding of a batch has to fit the largest buffer too: attention over 700 tokens, of 7 samples but not of 8.
    const attention = 9 * 700 ** 2 * 4;
    const padded = paddedSize(samplesWritten(small, 700, 701, { ...gpu(7.5 * attention), run: 2 ** 40 }));
    expect(padded * attention).toBeLessThanOrEqual(7.5 * attention);
    // A prompt of 17 frames: attention over 1,200 tokens.
    expect(samplesWritten(small, 1200, 1700, gpu(128 * MEBIBYTE))).toBe(2);
    expect(samplesWritten(small, 1200, 1700, { ...limits, run: 1 })).toBe(1);
  });
});

describe("calibration batches at once", () => {
  const work = { tokens: 128, patches: 1024, batchSize: 2, losses: LOSS_TAPS };

  it("are as many as wanted for the bundled model", () => {
    const wanted = BATCHES_PER_RUN.webgpu;
    const patches = bundled.vision?.largestFrame.patches ?? 0;
    expect(batchesPerRun(bundled, { ...work, patches }, wanted, gpu(128 * MEBIBYTE))).toBe(wanted);
    expect(batchesPerRun(bundled, { ...work, patches, batchSize: 16 }, wanted, gpu(128 * MEBIBYTE))).toBe(wanted);
  });

  it("follow memory for a large one, and are never none", () => {
    expect(batchesPerRun(small, work, 8, gpu(2048 * MEBIBYTE))).toBeLessThan(8);
    expect(batchesPerRun(small, { ...work, batchSize: 16 }, 8, gpu(2048 * MEBIBYTE))).toBe(1);
    // What one layer leaves of a frame alone: inputs, and gradients of three losses.
    expect(tapBytes(sequencesOf(small, "vision", 1024), LOSS_TAPS)).toBe(
      4 * 1024 * (3 * 768 + 3072 + (3 * 768 + (5 * 768 + 3072) + (3 * 768 + 3072) + (768 + 3072))),
    );
  });

  it("are refused where one batch exceeds the largest buffer, with the largest batch size that fits", () => {
    const tooMany = { ...work, batchSize: 16 };
    expect(() => batchesPerRun(small, tooMany, 1, gpu(128 * MEBIBYTE))).toThrow(
      expect.objectContaining({
        code: "out-of-memory",
        message: expect.stringMatching(/16 samples.*192 MiB.*128 MiB/),
        hint: expect.stringContaining("batch size of 10 or less"),
      }),
    );
    expect(batchesPerRun(small, { ...work, batchSize: 10 }, 1, gpu(128 * MEBIBYTE))).toBe(1);
  });

  it("are refused where one sequence's attention exceeds it, with the tokens that fit", () => {
    const long = sequencesOf(large, "text", 2000);
    expect(() => checkSequence(long, gpu(128 * MEBIBYTE))).toThrow(
      expect.objectContaining({
        code: "out-of-memory",
        message: expect.stringMatching(/2000 tokens.*228.9 MiB.*128 MiB/),
        hint: expect.stringContaining("1495 tokens"),
      }),
    );
    expect(() => checkSequence(sequencesOf(large, "text", 1495), gpu(128 * MEBIBYTE))).not.toThrow();
    expect(() => checkSequence(long, cpu)).not.toThrow();
  });
});

describe("the vocabulary", () => {
  it("is held in one part where it fits and in as few as fit otherwise", () => {
    const parts = (width: number, limit: number) => vocabularyParts({ embeddingRows: 49280, width }, limit);
    expect(parts(960, Number.POSITIVE_INFINITY)).toBe(1);
    expect(parts(576, 128 * MEBIBYTE)).toBe(1);
    expect(parts(960, 128 * MEBIBYTE)).toBe(2);
    expect(parts(960, 49280 * 960 * 4)).toBe(1);
    expect(parts(960, 49280 * 960 * 4 - 1)).toBe(2);
    expect(parts(960, 64 * MEBIBYTE)).toBe(3);
  });

  it("has its logits made in as many rows as fit a buffer and the budget", () => {
    const rows = logitRows(49280, 2, gpu(128 * MEBIBYTE));
    expect(rows * 49280 * 4).toBeLessThanOrEqual(128 * MEBIBYTE);
    expect(rows).toBeGreaterThan(500);
    expect(logitRows(49280, 5, cpu) * 5 * 49280 * 4).toBeLessThanOrEqual(cpu.logits);
    expect(logitRows(49280, 2, { ...cpu, logits: 1 })).toBe(1);
    expect(logitRows(640, 5, cpu)).toBeGreaterThan(10_000);
  });
});
