/** Bias compensation against FLAP's own numbers, in whole passes, batches and cached generation. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { output } from "../../runtime/backend.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../../scenes/draw/draw-scene.ts";
import { describeWithShared, projectRoot } from "../../testing/shared.ts";
import { generateBatch, generateGreedy } from "../generate/generate.ts";
import { batchOf, compareStates, denseTraceStates, evaluateSample, measureBatch } from "../measure/evaluate.ts";
import { openNodeSession } from "../node-engine.ts";
import type { Session } from "../session.ts";
import { openLlamaModel } from "../testing/llama-model.ts";
import { createPruningMasks } from "./compensation.ts";
import { embedFrames } from "./frames.ts";
import { lastStates } from "./last-states.ts";
import { createMasks } from "./masks.ts";
import type { Model } from "./model.ts";
import { openScope } from "./scope.ts";
import { pass } from "./tower-run.ts";
import { columnsOf, layerOf, towerOf } from "./towers.ts";

interface FlapNumbers {
  ids: number[][];
  flap: { WIFV: { attn_baseline: number[][]; mlp_baseline: number[][] } };
  flap_official: Record<
    string,
    { head_mask: number[][]; mlp_mask: number[][]; o_bias: number[][]; down_bias: number[][] }
  >;
  eval_flap_alam_wifv: {
    kl_dense_pruned_mean: number;
    kl_median: number;
    ppl_dense: number;
    ppl_pruned: number;
    kl_seq0: number[];
  };
}

/** Largest difference of two lists of one length. */
function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(...Array.from(found, (value, index) => Math.abs(value - (expected[index] ?? Number.NaN))));
}

describeWithShared("bias compensation against FLAP's numbers", (shared) => {
  let model: Model;
  let expected: FlapNumbers;
  let meanInputs: Float32Array;

  const layers = <Value>(values: (layer: number) => readonly Value[]) =>
    model.definition.text.layers.flatMap((_, layer) => values(layer));

  const pruningOf = (name: string) => {
    const official = expected.flap_official[name];
    if (!official) throw new Error(`The oracle has no ${name}.`);
    const keep = layers((layer) => [...(official.head_mask[layer] ?? []), ...(official.mlp_mask[layer] ?? [])]);
    return { official, pruning: { keep: Uint8Array.from(keep), meanInputs } };
  };

  beforeAll(async () => {
    ({ model, expected } = await openLlamaModel<FlapNumbers>(shared));
    const { attn_baseline, mlp_baseline } = expected.flap.WIFV;
    meanInputs = Float32Array.from(
      layers((layer) => [...(attn_baseline[layer] ?? []), ...(mlp_baseline[layer] ?? [])]),
    );
  });
  afterAll(() => model?.backend.dispose());

  it.each(["AL-AM/WIFV", "AL-AM/IFV", "AL-AM/WIFN", "UL-UM/WIFV"])("gives the biases of %s", async (name) => {
    const before = model.backend.uploadedBytes;
    const { official, pruning } = pruningOf(name);
    const masks = await createPruningMasks(model, pruning);
    for (const layer of model.definition.text.layers.keys()) {
      const { attention_compensation, mlp_compensation } = masks.feeds("text", layer);
      if (!attention_compensation || !mlp_compensation) throw new Error("A compensated layer has two biases.");
      const read = (tensor: typeof attention_compensation) => model.backend.read(tensor);
      expect(largestDifference(await read(attention_compensation), official.o_bias[layer] ?? [])).toBeLessThan(1e-5);
      expect(largestDifference(await read(mlp_compensation), official.down_bias[layer] ?? [])).toBeLessThan(1e-5);
    }
    masks.release();
    expect(model.backend.uploadedBytes).toBe(before);
  });

  it("gives the divergence and perplexity of the compensated model, one by one and batched", async () => {
    const numbers = expected.eval_flap_alam_wifv;
    const dense = createMasks(model, null);
    const masks = await createPruningMasks(model, pruningOf("AL-AM/WIFV").pruning);
    // The reference compares every position, also the last one, which predicts nothing that is known.
    const samples = expected.ids.map((ids) => ({
      prompt: ids.slice(0, 1),
      trace: [...ids.slice(1), 0],
      pivots: [],
      frames: [],
    }));
    const known = (values: Float32Array) => values.subarray(0, -1);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const kl: number[] = [];
    const nll: number[] = [];
    for (const [index, sample] of samples.entries()) {
      const states = await denseTraceStates(model, sample, dense);
      const measured = await evaluateSample(model, sample, masks, states);
      if (index === 0) expect(largestDifference(measured.kl, numbers.kl_seq0)).toBeLessThan(1e-4);
      kl.push(...measured.kl);
      nll.push(...known(measured.nll));
      model.backend.release(states);
    }
    expect(Math.abs(mean(kl) - numbers.kl_dense_pruned_mean)).toBeLessThan(1e-4);
    expect(Math.exp(mean(nll)) / numbers.ppl_pruned).toBeCloseTo(1, 4);

    const batch = batchOf(model, samples);
    const states = await lastStates(model, batch, dense);
    const batched = await measureBatch(model, batch, states, masks);
    expect(
      largestDifference(
        batched.flatMap((one) => Array.from(one.kl)),
        kl,
      ),
    ).toBeLessThan(1e-4);
    const { denseNll } = await compareStates(model, batch, states, null);
    const denseKnown = samples.flatMap((_, index) => Array.from(known(denseNll.subarray(index * 16, index * 16 + 16))));
    expect(Math.exp(mean(denseKnown)) / numbers.ppl_dense).toBeCloseTo(1, 4);
    model.backend.release(states);
    masks.release();
    dense.release();
  });

  it("generates with a cache what whole passes give, one by one and batched", { timeout: 60_000 }, async () => {
    const masks = await createPruningMasks(model, pruningOf("AL-AM/WIFV").pruning);
    const bare = createMasks(model, pruningOf("AL-AM/WIFV").pruning.keep);
    const prompts = expected.ids.map((ids, index) => ({ prompt: ids.slice(0, 3 + index), frames: [] }));
    const samples = prompts.map((input, index) => ({ input, prefix: [], maximumTokens: 20 - 3 * index }));
    const rest = { stopIds: [], signal: undefined };
    const batched = await generateBatch(model, { ...rest, samples, masks });
    let differing = 0;
    for (const [index, { input: sample, ...limits }] of samples.entries()) {
      const alone = await generateGreedy(model, { ...rest, ...limits, sample, masks });
      expect(batched[index]).toEqual(alone);
      // Teacher-forced on its own trace, the model says the trace again.
      const whole = { ...sample, trace: alone.ids, pivots: [] };
      const states = await denseTraceStates(model, whole, masks);
      const { argmax } = await evaluateSample(model, whole, masks, states);
      expect(Array.from(argmax)).toEqual(alone.ids);
      model.backend.release(states);
      const without = await generateGreedy(model, { ...rest, ...limits, sample, masks: bare });
      if (without.ids.join() !== alone.ids.join()) differing += 1;
    }
    expect(differing).toBeGreaterThan(0);
    masks.release();
    bare.release();
  });

  it("does nothing where nothing is removed, and refuses mean inputs of another model", async () => {
    const everything = new Uint8Array(model.layout.unitCount).fill(1);
    const masks = await createPruningMasks(model, { keep: everything, meanInputs });
    expect(masks.compensated).toBe(false);
    masks.release();
    const before = model.backend.uploadedBytes;
    const other = { keep: everything.map((_, unit) => unit % 2), meanInputs: meanInputs.slice(1) };
    await expect(createPruningMasks(model, other)).rejects.toThrow(/223 entries.*224 columns/);
    expect(model.backend.uploadedBytes).toBe(before);
  });
});

describe("bias compensation in a vision tower", () => {
  let session: Session;

  beforeAll(async () => {
    session = await openNodeSession(join(projectRoot, "public/models/scenes"));
  }, 60_000);
  afterAll(() => session?.dispose());

  it.each([
    { kind: "attn", slot: "output", removed: [1] },
    { kind: "mlp", slot: "fc2", removed: [0, 7, 100] },
  ] as const)("adds W · mean of the removed columns to what the $kind module gives out", async (given) => {
    const { kind, slot, removed } = given;
    const { model } = session;
    const { layout } = model;
    const vision = model.definition.vision;
    const weightTensor = model.layerFeeds("vision", 2)[slot];
    if (!vision || !weightTensor) throw new Error("The bundled model has a vision tower.");
    const lengths = layout.modules.map(({ tower, layer, kind: own }) =>
      columnsOf(layerOf(towerOf(model, tower), layer), own),
    );
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const random = createRandom(5);
    const meanInputs = Float32Array.from({ length: total }, () => random.next());
    const place = layout.modules.findIndex(({ key }) => key === `vision.2.${kind}`);
    const keep = new Uint8Array(layout.unitCount).fill(1);
    for (const unit of removed) keep[(layout.offsets[place] ?? 0) + unit] = 0;

    const picture = drawScene({ objects: [] }, MODEL_PICTURE_SIZE);
    const { frames } = await session.prepareInput({ picture, question: "What is this?" });
    const outputOf = async (means: Float32Array | null) => {
      const masks = await createPruningMasks(model, { keep, meanInputs: means });
      const read: Promise<Float32Array>[] = [];
      using scope = openScope(model.backend);
      await pass(scope, model, "vision", [scope.own(await embedFrames(model, frames))], {
        groups: [1],
        masks,
        capture: ["modules"],
        onGroup: ({ layer, captured }) => {
          const module = output(captured, kind === "attn" ? "attention_output" : "mlp_output");
          if (layer === 2) read.push(model.backend.read(module));
        },
      });
      masks.release();
      const [values] = await Promise.all(read);
      return values ?? new Float32Array();
    };
    const compensated = await outputOf(meanInputs);
    const bare = await outputOf(null);

    const weight = await model.backend.read(weightTensor);
    const columns = lengths[place] ?? 0;
    const start = lengths.slice(0, place).reduce((sum, length) => sum + length, 0);
    const perUnit = kind === "attn" ? vision.columnsPerAttentionUnit : 1;
    const gone = removed.flatMap((unit) => Array.from({ length: perUnit }, (_, column) => unit * perUnit + column));
    const bias = Array.from({ length: vision.width }, (_, row) =>
      gone.reduce((sum, column) => sum + (weight[row * columns + column] ?? 0) * (meanInputs[start + column] ?? 0), 0),
    );
    expect(Math.max(...bias.map(Math.abs))).toBeGreaterThan(0.05);
    const added = compensated.map((value, index) => value - (bare[index] ?? 0));
    const expected = Array.from(added, (_, index) => bias[index % vision.width] ?? 0);
    expect(largestDifference(added, expected)).toBeLessThan(1e-4);
  });
});
