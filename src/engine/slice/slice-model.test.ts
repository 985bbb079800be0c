import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { towersOf } from "../../models/architectures/definition.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { describeWithShared, projectRoot, readSharedJson } from "../../testing/shared.ts";
import { generateGreedy } from "../generate/generate.ts";
import { createModel } from "../load/create-model.ts";
import { denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { openNodeSession } from "../node-engine.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";
import { createFaultyBackend } from "../testing/faulty-backend.ts";
import { createLlamaModel, type LlamaOracleConfig } from "../testing/llama-config.ts";
import { openOracle } from "../testing/oracle-samples.ts";
import type { OracleExpectations } from "../testing/oracle-suite.ts";
import { defineSliceSuite, largestDifference, SLICED_TOLERANCE, unevenPruning } from "../testing/slice-suite.ts";
import { sliceModel } from "./slice-model.ts";

/** A backend that takes weights into programs, as WebAssembly's does. */
const holding = () => createFaultyBackend(createNodeBackend(), { holdsConstants: true }).backend;

/** Samples of token ids with traces of their own. */
const textSamples = (lengths: readonly number[], vocabulary: number): PreparedSample[] =>
  lengths.map((length, index) => ({
    prompt: Array.from({ length }, (_, place) => (7 * place + 3 * index + 1) % vocabulary),
    trace: [5, 9, 2, 11, 4].slice(index).map((id) => id % vocabulary),
    pivots: [],
    frames: [],
  }));

async function openBundled(precision: "float32" | "float16") {
  const session = await openNodeSession(join(projectRoot, "public/models/scenes"), {}, { precision });
  const inputs = await createEvaluationSet(session).prepare([0, 1, 2]);
  const samples = inputs.map((input, index) => ({ ...input, trace: [9, 30, 41, 12, 77, 8].slice(index), pivots: [] }));
  return { model: session.model, samples, dispose: () => session.dispose() };
}

describe.each(["float32", "float16"] as const)("the bundled model in %s", (precision) => {
  defineSliceSuite(() => openBundled(precision), ["layers", "fused"]);
});

describeWithShared("the small Idefics3 of the reference numbers", (shared) => {
  defineSliceSuite(async () => {
    const { samples } = await openOracle(shared);
    const folder = join(shared, "oracles", "idefics3-a");
    const config = parseModelConfig(await readFile(join(folder, "config.json"), "utf8"));
    const weights = new SafetensorsFile(new Uint8Array(await readFile(join(folder, "model.safetensors"))));
    const model = await createModel(holding(), config, weights);
    return { model, samples, dispose: () => model.backend.dispose() };
  });

  it("gives transformers' logits of plans that leave every module something", async () => {
    const { model, samples } = await openOracle(shared);
    const { plans } = readSharedJson<OracleExpectations>(join(shared, "oracles", "idefics3-a"), "expected.json");
    const sample = samples[0] as PreparedSample;
    let compared = 0;
    for (const { keep, logits_sample0_last: expected } of plans) {
      if (Object.values(keep).some((module) => !module.includes(1))) continue;
      const flags = Uint8Array.from(model.layout.modules.flatMap(({ key }) => keep[key] ?? []));
      const sliced = await sliceModel(model, { keep: flags, meanInputs: null });
      const batch = createBatch([sample], model.imageTokenId);
      const last = Int32Array.of(batch.tokens - 1);
      const logits = await traceLogits(sliced.model, batch, sliced.masks, undefined, last);
      expect(largestDifference(await model.backend.read(logits), expected)).toBeLessThan(SLICED_TOLERANCE);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
    await model.backend.dispose();
  });
});

describeWithShared("a text-only Llama", (shared) => {
  const folder = join(shared, "oracles");
  const open = async (parts: number): Promise<Model> => {
    const { config } = readSharedJson<{ readonly config: LlamaOracleConfig }>(folder, "llama-mha.json");
    const weights = new Uint8Array(await readFile(join(folder, "llama-mha.safetensors")));
    const table = config.vocab * config.hidden * 4;
    return createLlamaModel(holding(), config, weights, parts === 1 ? undefined : Math.ceil(table / parts));
  };
  describe.each([1, 3])("with its vocabulary in %i parts", (parts) => {
    defineSliceSuite(async () => {
      const model = await open(parts);
      const samples = textSamples([6, 9], model.definition.text.vocabularySize);
      return { model, samples, dispose: () => model.backend.dispose() };
    });
  });
});

describe("slicing", () => {
  let hand: Awaited<ReturnType<typeof openBundled>>;
  beforeAll(async () => {
    hand = await openBundled("float32");
  });
  afterAll(() => hand?.dispose());

  it("refuses a plan that leaves a module nothing, naming it, and holds nothing then", async () => {
    const { model } = hand;
    const { keep } = unevenPruning(model, false);
    const bytes = model.backend.uploadedBytes;
    const empty = keep.slice().fill(0, 0, model.layout.offsets[1]);
    await expect(sliceModel(model, { keep: empty, meanInputs: null })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("text.0.attn keeps none"),
    });
    await expect(sliceModel(model, { keep: keep.slice(1), meanInputs: null })).rejects.toMatchObject({
      code: "bad-input",
    });
    expect(model.backend.uploadedBytes).toBe(bytes);
  });

  it("shares what it does not change, reports layer by layer, and gives back what it made", async () => {
    const { model } = hand;
    const bytes = model.backend.uploadedBytes;
    const pruning = unevenPruning(model, false);
    // The first layer keeps everything.
    pruning.keep.fill(1, 0, model.layout.offsets[2]);
    const reports: number[] = [];
    const sliced = await sliceModel(model, pruning, { onProgress: ({ done }) => void reports.push(done) });
    const layers = towersOf(model.definition).reduce((sum, tower) => sum + tower.layers.length, 0);
    expect(reports).toEqual(Array.from({ length: layers }, (_, index) => index + 1));
    expect(sliced.model.layerFeeds("text", 0)).toEqual(model.layerFeeds("text", 0));
    expect(sliced.model.layerFeeds("text", 1).attention_norm).toBe(model.layerFeeds("text", 1).attention_norm);
    expect(model.backend.uploadedBytes).toBeGreaterThan(bytes);
    await sliced.release();
    expect(model.backend.uploadedBytes).toBe(bytes);
  });

  it("stops at a layer when it is cancelled, and holds nothing then", async () => {
    const { model } = hand;
    const bytes = model.backend.uploadedBytes;
    const controller = new AbortController();
    const stopped = sliceModel(model, unevenPruning(model, true), {
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(model.backend.uploadedBytes).toBe(bytes);
  });
});

describe("slicing that releases the dense weights", () => {
  it("never holds both, writes the same, and refuses what needs them", async () => {
    const { model, samples, dispose } = await openBundled("float32");
    const pruning = unevenPruning(model, true);
    const dense = model.backend.uploadedBytes;
    const both = await sliceModel(model, pruning);
    const request = { sample: samples[0] as PreparedSample, prefix: [], stopIds: [], maximumTokens: 8 };
    const write = async ({ model: written, masks }: Awaited<ReturnType<typeof sliceModel>>) =>
      (await generateGreedy(written, { ...request, masks, signal: undefined })).ids;
    const expected = await write(both);
    await both.release();
    using scope = openScope(model.backend);
    using denseMasks = createMasks(model, null);
    const states = scope.own(await denseTraceStates(model, request.sample, denseMasks));
    let most = 0;
    const sliced = await sliceModel(model, pruning, {
      releaseDense: true,
      onProgress: () => {
        most = Math.max(most, model.backend.uploadedBytes);
      },
    });
    expect(most).toBeLessThan(1.02 * dense);
    expect(model.backend.uploadedBytes).toBeLessThan(0.9 * dense);
    expect(await write(sliced)).toEqual(expected);
    // What the dense model said before is all that a measurement takes of it.
    const measured = await evaluateSample(model, request.sample, sliced.masks, states, undefined, sliced.model);
    expect(measured.kl.every(Number.isFinite)).toBe(true);
    expect(() => model.layerFeeds("text", 0)).toThrow(/weights were released/);
    await sliced.release();
    await dispose();
  });
});
