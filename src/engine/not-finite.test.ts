// @module-tag attack
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { calibrate } from "./calibrate/calibrate.ts";
import { batchOf, denseTraceStates, evaluateSample, measureBatch } from "./measure/evaluate.ts";
import { observeLayers } from "./measure/layer-views.ts";
import type { Session } from "./session.ts";
import { changed, openOdd, type Tensors } from "./testing/odd-checkpoint.ts";

const UP = "model.text_model.layers.1.mlp.up_proj.weight";
const PATCH = "model.vision_model.embeddings.patch_embedding.weight";

const withNumber = (name: string, place: number, value: number) => ({
  tensors: (tensors: Tensors) =>
    [...tensors.values()].map((tensor) =>
      tensor.name === name ? changed(tensor, (numbers) => numbers.fill(value, place, place + 1)) : tensor,
    ),
});

describe("a weight that is no number", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "is named with its place: %s",
    async (value) => {
      await expect(openOdd(withNumber(UP, 32 * 7 + 9, value))).rejects.toMatchObject({
        code: "bad-checkpoint",
        message: `Tensor "${UP}" holds ${value} at [7, 9]; a model computes nothing with that.`,
      });
    },
  );

  it("is named in the vision tower, and by its name in the file", async () => {
    await expect(openOdd(withNumber(PATCH, 5, Number.NaN))).rejects.toMatchObject({
      message: expect.stringContaining(`"${PATCH}" holds NaN at [0, 0, 0, 5]`),
    });
    const odd = withNumber(UP, 0, Number.NaN);
    const renamed = (tensors: Tensors) =>
      odd.tensors(tensors).map((tensor) => ({ ...tensor, name: tensor.name.replace("model.", "") }));
    await expect(openOdd({ tensors: renamed })).rejects.toMatchObject({
      message: expect.stringContaining(`"${UP.replace("model.", "")}" holds NaN at [0, 0]`),
    });
  });

  it("is no hindrance in a tensor that the model does not read", async () => {
    const odd = withNumber("x", 0, Number.NaN);
    const extra = (tensors: Tensors) => {
      const some = tensors.get(UP);
      return odd.tensors(new Map([...tensors, ...(some ? [["x", { ...some, name: "x" }] as const] : [])]));
    };
    await (await openOdd({ tensors: extra })).dispose();
  });

  it("may be a number that half precision has no room for", async () => {
    const odd = withNumber(UP, 33, 1e6);
    await (await openOdd(odd)).dispose();
    await expect(openOdd(odd, "float16")).rejects.toMatchObject({
      code: "unsupported",
      message: `Tensor "${UP}" holds 1000000 at [1, 1], beyond the largest number of half precision, 65504.`,
      hint: expect.stringMatching(/single precision/),
    });
  });
});

describe("finite weights whose products exceed single precision", () => {
  let session: Session;
  const text = { prompt: [1, 50, 60, 70, 80], frames: [] };
  const sample = { ...text, trace: [90, 100, 110], pivots: [1] };
  const failure = {
    code: "unsupported",
    message: expect.stringMatching(
      /not numbers\. The first output that is not finite is that of layer 1 of the text tower/,
    ),
  };

  beforeAll(async () => {
    session = await openOdd({
      tensors: (tensors) =>
        [...tensors.values()].map((tensor) =>
          /text_model\.layers\.1\.mlp\.(up|gate)_proj/.test(tensor.name)
            ? changed(tensor, (numbers) => numbers.set(numbers.map((value) => value * 1e30)))
            : tensor,
        ),
    });
  });
  afterAll(() => session.dispose());

  it.each(["whole", "fused", "layers"] as const)("are found out while text is written, %s", async (generationWay) => {
    const { model } = session;
    const slow = { ...session, model: { ...model, generationWay } };
    const { generateGreedy } = await import("./generate/generate.ts");
    const request = {
      sample: text,
      prefix: [],
      masks: slow.denseMasks,
      stopIds: [],
      maximumTokens: 4,
      signal: undefined,
    };
    await expect(generateGreedy(slow.model, request)).rejects.toMatchObject(failure);
  });

  it("are found out by an evaluation", async () => {
    const { model, denseMasks } = session;
    const states = await denseTraceStates(model, sample, denseMasks);
    await expect(evaluateSample(model, sample, denseMasks, states)).rejects.toMatchObject(failure);
    await expect(measureBatch(model, batchOf(model, [sample]), states, null)).rejects.toMatchObject(failure);
    model.backend.release(states);
  });

  it("are found out by a calibration and by layer views", async () => {
    const { model } = session;
    const calls = { signal: undefined, onProgress: undefined };
    await expect(calibrate(model, { ...calls, samples: [sample], batchSize: 1, window: 1 })).rejects.toMatchObject(
      failure,
    );
    await expect(observeLayers(model, [sample], { ...calls, outlierFactor: 5 })).rejects.toMatchObject(failure);
  });
});
