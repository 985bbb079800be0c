/**
 * The bundled model stored in float16: measurements compute in float32 on copies of its weights, and so give to the bit
 * what a float32 model with the same rounded weights gives; text is written in half precision, near the other.
 */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { roundToFloat16, widenFloat16 } from "../../core/float16.ts";
import { convertTensor } from "../../models/float-formats.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import { openWeights } from "../../models/open-weights.ts";
import type { StoredTensor, Weights } from "../../models/weights.ts";
import type { Backend, Tensor } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { DIVERGENCE_ROW } from "../../runtime/kernels/token-divergence/kernel.ts";
import { projectRoot } from "../../testing/shared.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { planSequentialWanda } from "../calibrate/sequential-wanda.ts";
import { generateBatch, type WayToWrite } from "../generate/generate.ts";
import { createModel } from "../load/create-model.ts";
import { compareStates, denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { observeLayers } from "../measure/layer-views.ts";
import { openNodeSession } from "../node-engine.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { createPruningMasks } from "../pass/compensation.ts";
import { encodeFrames } from "../pass/frames.ts";
import { logitsAt } from "../pass/head.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";
import { layerWeightsIn } from "../pass/weight-precision.ts";
import type { Session } from "../session.ts";
import { projectionColumns } from "../testing/columns.ts";

const FOLDER = join(projectRoot, "public/models/scenes");

const TRACE_TOKENS = 24;

/** `weights` as float32 numbers, of which those of matrices are float16 numbers too. */
function rounded(weights: Weights): Weights {
  const round = (stored: StoredTensor): StoredTensor => {
    const values = convertTensor(stored, "float32") as Float32Array<ArrayBuffer>;
    const exact = stored.shape.length > 1 ? widenFloat16(roundToFloat16(values)) : values;
    return { ...stored, dtype: "F32", bytes: new Uint8Array(exact.buffer) };
  };
  return { ...weights, read: (options) => weights.read({ ...options, onTensor: (t) => options.onTensor(round(t)) }) };
}

/** Largest difference as a share of the largest number. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  const numbers = Array.from(expected);
  const largest = Math.max(...numbers.map(Math.abs));
  return Math.max(...numbers.map((number, index) => Math.abs(number - (found[index] ?? Number.NaN)))) / largest;
}

describe("a model stored in float16", { timeout: 120_000 }, () => {
  let half: Session;
  let single: Session;
  /** Float32 with weights that are rounded to float16. */
  let same: Model;
  let samples: readonly PreparedSample[];

  beforeAll(async () => {
    half = await openNodeSession(FOLDER, {}, { precision: "float16" });
    single = await openNodeSession(FOLDER);
    const weights = rounded(await openWeights(createNodeFolder(FOLDER)));
    same = await createModel(createNodeBackend(), half.checkpoint.config, weights);
    const inputs = await createEvaluationSet(single).prepare([0, 7]);
    samples = await Promise.all(
      inputs.map(async (input) => {
        const { ids } = await single.generate(input, { maximumTokens: TRACE_TOKENS });
        return { ...input, trace: ids, pivots: [2, 5] };
      }),
    );
  }, 120_000);
  afterAll(async () => {
    await half?.dispose();
    await single?.dispose();
    await same?.backend.dispose();
  });

  const sample = () => samples[0] as PreparedSample;
  const read = async (model: Model, tensor: Tensor) => {
    const values = await model.backend.read(tensor);
    model.backend.release(tensor);
    return values;
  };
  /** Runs `measure` on both models that hold the same numbers and expects nothing to stay allocated. */
  const onBoth = async <Result>(measure: (model: Model) => Promise<Result>) => {
    const before = half.model.backend.uploadedBytes;
    const found = await measure(half.model);
    expect(half.model.backend.uploadedBytes).toBe(before);
    return { found, expected: await measure(same) };
  };

  it("takes half the memory and says so", () => {
    expect(half.summary).toMatchObject({ precision: "float16", backend: "cpu" });
    expect(single.summary).toMatchObject({ precision: "float32", precisionNote: "" });
    const share = half.summary.weightBytes / single.summary.weightBytes;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.51);
  });

  it("gives a layer's weights as float32, exactly, and takes the copies back", async () => {
    for (const tower of ["text", "vision"] as const) {
      const stored = half.model.layerFeeds(tower, 0);
      let copies: Tensor[] = [];
      {
        using scope = openScope(half.model.backend);
        const weights = await layerWeightsIn(scope, half.model, tower, 0);
        for (const [name, expected] of Object.entries(same.layerFeeds(tower, 0))) {
          const tensor = weights[name] as Tensor;
          expect(tensor.type).toBe("float32");
          expect(tensor.dims).toEqual(expected.dims);
          expect(await half.model.backend.read(tensor)).toEqual(await same.backend.read(expected));
        }
        copies = Object.values(weights).filter((tensor) => !Object.values(stored).includes(tensor));
      }
      expect(copies).toHaveLength(Object.values(stored).filter(({ dims }) => dims.length > 1).length);
      for (const copy of copies) await expect(half.model.backend.read(copy)).rejects.toThrow();
    }
    const weights = single.model.layerFeeds("text", 0);
    using scope = openScope(single.model.backend);
    expect(await layerWeightsIn(scope, single.model, "text", 0)).toBe(weights);
  });

  it("calibrates to the same bits as float32 on the same numbers", async () => {
    const request = { samples, batchSize: 1, window: 2, signal: undefined, onProgress: undefined };
    const { found, expected } = await onBoth((model) => calibrate(model, request));
    expect(found).toEqual(expected);
    const close = await calibrate(single.model, request);
    expect(difference(found.attributionGlobal, close.attributionGlobal)).toBeLessThan(1e-3);
  });

  it("measures pruned models to the same bits, with compensation too", async () => {
    const { unitCount } = half.model.layout;
    const columns = projectionColumns(half.model.definition);
    const keep = Uint8Array.from({ length: unitCount }, (_, unit) => Number(unit % 5 > 0));
    const meanInputs = Float32Array.from({ length: columns }, (_, column) => Math.sin(column) / 20);
    const { found, expected } = await onBoth(async (model) => {
      const masks = await createPruningMasks(model, { keep, meanInputs });
      const all = createMasks(model, null);
      const dense = await denseTraceStates(model, sample(), all);
      const measured = await evaluateSample(model, sample(), masks, dense);
      masks.release();
      all.release();
      model.backend.release(dense);
      return measured;
    });
    expect(found).toEqual(expected);
    expect(Math.max(...found.kl)).toBeGreaterThan(0.01);
  });

  it("takes a choice that only rounding tells from the trace's token for that token", async () => {
    const batch = createBatch([sample()], half.model.imageTokenId);
    const { width } = half.model.definition.text;
    // From nothing come logits that are all alike.
    const choices = async (model: Model) => {
      const states = model.backend.upload(new Float32Array(batch.ids.length * width), [batch.ids.length, width]);
      const { argmax } = await compareStates(model, batch, states, null);
      model.backend.release(states);
      return Array.from(argmax);
    };
    expect(await choices(half.model)).toEqual(sample().trace);
    expect(await choices(single.model)).toEqual(sample().trace.map(() => 0));
  });

  it("says where the dense model's choice is clearly another than the trace's token", async () => {
    const { model, denseMasks } = half;
    const [first = 0, ...rest] = sample().trace;
    const other = { ...sample(), trace: [rest.find((id) => id !== first) ?? 0, ...rest], pivots: [] };
    const dense = await denseTraceStates(model, other, denseMasks);
    const { argmax } = await evaluateSample(model, other, denseMasks, dense);
    model.backend.release(dense);
    expect(argmax[0]).toBe(first);
  });

  it("looks at layers and plans sequentially to the same bits", async () => {
    const views = await onBoth((model) =>
      observeLayers(model, [sample()], { outlierFactor: 3, signal: undefined, onProgress: undefined }),
    );
    expect(views.found).toEqual(views.expected);
    const plans = await onBoth((model) => planSequentialWanda(model, [sample()], { ratio: 0.3 }));
    expect(plans.found).toEqual(plans.expected);
  });

  it("computes features and logits in half precision near those in single precision", async () => {
    const { model, denseMasks } = half;
    const features = await read(
      model,
      (await encodeFrames(model, sample().frames, denseMasks, { precision: "float16" })).rows,
    );
    const exact = await read(model, (await encodeFrames(model, sample().frames, denseMasks)).rows);
    // onnxruntime on the CPU widens operands and sums in float32, so that little is lost here.
    expect(difference(features, exact)).toBeGreaterThan(0);
    expect(difference(features, exact)).toBeLessThan(1e-3);
    const states = await denseTraceStates(model, sample(), denseMasks);
    const positions = Int32Array.of(sample().prompt.length - 1);
    const logits = await model.backend.read(await logitsAt(model, states, positions, "float16"));
    const exactLogits = await read(model, await logitsAt(model, states, positions));
    expect(difference(logits, exactLogits)).toBeLessThan(1e-3);
    model.backend.release(states);
  });

  it.each(["fused", "layers"] satisfies WayToWrite[])("writes the same text in half precision, %s", async (way) => {
    const { model, denseMasks, checkpoint } = half;
    const generations = await generateBatch(model, {
      samples: samples.map((input) => ({ input, prefix: [], maximumTokens: TRACE_TOKENS })),
      masks: denseMasks,
      stopIds: checkpoint.stopIds,
      signal: undefined,
      way,
    });
    expect(generations.map(({ ids }) => ids)).toEqual(samples.map(({ trace }) => trace));
  });

  it.each(["fused", "layers"] satisfies WayToWrite[])(
    "tells people to load it in single precision where its logits are not numbers, %s",
    async (way) => {
      const write = (session: Session) => {
        const { backend } = session.model;
        const nothing: Backend = Object.create(backend, {
          kernels: {
            value: {
              ...backend.kernels,
              tokenDivergence: ({ result }: { readonly result: Tensor }) =>
                backend.write(result, new Float32Array(DIVERGENCE_ROW.length).fill(Number.NaN)),
            },
          },
        });
        return generateBatch(
          { ...session.model, backend: nothing },
          {
            samples: samples.slice(0, 1).map((input) => ({ input, prefix: [], maximumTokens: 2 })),
            masks: session.denseMasks,
            stopIds: [],
            signal: undefined,
            way,
          },
        );
      };
      const message = expect.stringContaining("not numbers");
      await expect(write(half)).rejects.toMatchObject({ message, hint: expect.stringContaining("?precision=float32") });
      await expect(write(single)).rejects.toMatchObject({ message, hint: expect.stringContaining("pruning ratio") });
    },
  );
});
