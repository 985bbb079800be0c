/** The plain llama architecture, text only, against numbers that LLM-Pruner's own code gives for a small Llama. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SafetensorsFile } from "../models/safetensors.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import { describeWithShared, readSharedJson } from "../testing/shared.ts";
import { createBatch, type PreparedSample } from "./batch.ts";
import { calibrate } from "./calibrate.ts";
import { denseTraceLogits, evaluateSample } from "./evaluate.ts";
import { traceLogits } from "./forward.ts";
import { createMasks } from "./masks.ts";
import { createModel, type Model } from "./model.ts";
import { excess } from "./testing/oracle-suite.ts";

interface Expected {
  config: Record<
    "vocab" | "hidden" | "inter" | "layers" | "heads" | "kv_heads" | "head_dim" | "rms_eps" | "rope_theta",
    number
  >;
  ids: number[][];
  logits_0_last: number[];
  loss: number;
  llm_pruner: { param_first: { sum: { mlp: number[][] } } };
}

describeWithShared("the llama architecture against reference numbers", (shared) => {
  let model: Model;
  let expected: Expected;
  let samples: PreparedSample[];

  beforeAll(async () => {
    expected = readSharedJson(join(shared, "oracles"), "llama-mha.json");
    const { config } = expected;
    const bytes = new Uint8Array(await readFile(join(shared, "oracles", "llama-mha.safetensors")));
    model = createModel(
      createNodeBackend(),
      {
        architecture: "llama",
        tieWordEmbeddings: false,
        text: {
          vocabularySize: config.vocab,
          hiddenSize: config.hidden,
          intermediateSize: config.inter,
          layers: config.layers,
          heads: config.heads,
          keyValueHeads: config.kv_heads,
          headSize: config.head_dim,
          normEpsilon: config.rms_eps,
          ropeTheta: config.rope_theta,
          maximumPositions: 64,
          tieWordEmbeddings: false,
        },
      },
      new SafetensorsFile(bytes),
    );
    samples = expected.ids.map((ids) => ({ prompt: ids.slice(0, 1), trace: ids.slice(1), pivots: [], frame: null }));
  });
  afterAll(() => model.backend.dispose());

  it("gives the reference's logits and loss", async () => {
    const dense = createMasks(model, null);
    let total = 0;
    for (const sample of samples) {
      const logits = await denseTraceLogits(model, sample, dense);
      const { nll } = await evaluateSample(model, sample, dense, logits);
      total += nll.reduce((sum, value) => sum + value, 0) / nll.length;
      model.backend.release(logits);
    }
    expect(total / samples.length).toBeCloseTo(expected.loss, 4);
    const [first] = samples;
    if (!first) throw new Error("The oracle has no sequences.");
    const batch = createBatch([first], null);
    const last = await traceLogits(model, batch, dense, undefined, Int32Array.of(batch.tokens - 1));
    expect(excess(await model.backend.read(last), expected.logits_0_last)).toBeLessThan(1);
    dense.release();
  });

  it("scores MLP neurons as LLM-Pruner's first-order Taylor score does", async () => {
    const statistics = await calibrate(model, {
      samples,
      batchSize: samples.length,
      window: 8,
      batchesPerRun: 1,
      signal: undefined,
      onProgress: undefined,
    });
    expect(statistics.batches).toBe(1);
    expect(statistics.pivotBatches).toBe(0);
    // Without pivots there is nothing to attribute to them.
    expect(statistics.attributionPivot.every((value) => value === 0)).toBe(true);
    const { modules, offsets } = model.layout;
    for (const [index, module] of modules.entries()) {
      if (module.kind !== "mlp") continue;
      const scores = statistics.attributionGlobal.subarray(offsets[index], offsets[index + 1]);
      expect(excess(scores, expected.llm_pruner.param_first.sum.mlp[module.layer] ?? [])).toBeLessThan(1);
    }
  });
});
