/** onnxruntime runs what was exported, and writes what our engine writes with the same units masked. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { useTemporaryFolder } from "../../../cli/testing/temporary-folder.ts";
import { planPruning } from "../../../core/plan.ts";
import type { Pruning } from "../../../core/pruning.ts";
import { openNodeSession } from "../../../engine/node-engine.ts";
import { createPruningMasks } from "../../../engine/pass/compensation.ts";
import type { Session } from "../../../engine/session.ts";
import {
  BUNDLED,
  largestDifference,
  promptLogits,
  smallSample,
  unevenPlan,
  writeSmallFolder,
} from "../../../engine/testing/small-folders.ts";
import { float32, type OnnxTensor } from "../../../runtime/cpu/testing/onnx-models.ts";
import { bundledPlan, bundledPrompts } from "./testing/bundled-prompts.ts";
import { type Exported, type ExportedPrompt, exportTo, openExported } from "./testing/run-exported.ts";

const TOKENS = 24;

/** Both write the same from each prompt; the engine has the units masked. */
async function expectSameTokens(
  session: Session,
  pruning: Pruning,
  exported: Exported,
  prompts: readonly (ExportedPrompt & { readonly input: Parameters<Session["generate"]>[0] })[],
) {
  const masks = await createPruningMasks(session.model, pruning);
  try {
    for (const { input, ...prompt } of prompts) {
      const { ids } = await session.generate(input, { masks, maximumTokens: TOKENS });
      const expected = [...ids];
      const found = await exported.generate(prompt, TOKENS, session.checkpoint.stopIds);
      expect(found).toEqual(expected);
      expect(found.length).toBeGreaterThan(3);
    }
  } finally {
    masks.release();
  }
}

describe("the bundled model", () => {
  const folder = useTemporaryFolder();
  let session: Session;
  let exported: Exported | null = null;

  beforeAll(async () => {
    session = await openNodeSession(BUNDLED);
  });
  afterEach(async () => {
    await exported?.release();
    exported = null;
  });
  afterAll(() => session?.dispose());

  it.each([
    ["mucrasp", 0.5, "F32", {}, 1e-3],
    ["flap", 0.3, "F32", {}, 1e-3],
    // Weights beside the models, in several files.
    ["mucrasp", 0.5, "F32", { largest: 600_000 }, 1e-3],
    ["mucrasp", 0.5, "F16", {}, 0.2],
    ["flap", 0.3, "F16", {}, 0.2],
  ] as const)("runs as with masks: %s at %s as %s %o", async (method, ratio, precision, more, tolerance) => {
    const plan = await bundledPlan(session, method, ratio);
    expect("meanInputs" in plan).toBe(method === "flap");
    const target = folder.path(`${method} ${precision} ${JSON.stringify(more)}`);
    const files = await exportTo(target, BUNDLED, session, plan, { precision, ...more });
    const suffix = precision === "F16" ? "_fp16" : "";
    exported = await openExported(target, { suffix, imageTokenId: session.model.imageTokenId });
    expect(files.filter(({ path }) => path.includes("onnx_data")).length > 3).toBe("largest" in more);
    expect(files.at(-1)?.path).toBe("config.json");
    const readme = await readFile(join(target, "README.md"), "utf8");
    expect(readme).toContain(plan.model.weightHash);
    expect(readme).toContain(precision === "F16" ? "fp16" : "fp32");

    const prompts = await bundledPrompts(session, 2);
    const pruning = planPruning(plan, session.summary.layout);
    const [{ input, ...prompt }] = prompts;
    const masks = await createPruningMasks(session.model, pruning);
    const own = await promptLogits(session, input, masks);
    masks.release();
    expect(largestDifference(await exported.logits(prompt, 0), own)).toBeLessThan(tolerance);
    if (precision === "F32" && !("largest" in more)) await expectSameTokens(session, pruning, exported, prompts);
  });

  it("gives out the last logits alone where one is asked for", async () => {
    const target = folder.path("few");
    await exportTo(target, BUNDLED, session, await bundledPlan(session, "random", 0.1), { precision: "stored" });
    exported = await openExported(target, { imageTokenId: session.model.imageTokenId });
    const [{ input: _, ...prompt }] = await bundledPrompts(session, 1);
    const all = await exported.logits(prompt, 0);
    const width = session.model.definition.text.vocabularySize;
    expect(all.length).toBe(prompt.ids.length * width);
    expect(largestDifference(await exported.logits(prompt, 1), all.slice(-width))).toBeLessThan(1e-4);
    expect(largestDifference(await exported.logits(prompt, 3), all.slice(-3 * width))).toBeLessThan(1e-4);
  });

  it("reads many frames at once, and leaves out those of zeros", async () => {
    const target = folder.path("frames");
    await exportTo(target, BUNDLED, session, await bundledPlan(session, "random", 0.1), { precision: "F32" });
    exported = await openExported(target, { imageTokenId: session.model.imageTokenId });
    const prompts = await bundledPrompts(session, 2);
    const { shape } = prompts[0].pixels;
    const [, height = 0, width = 0] = shape;
    const featuresOf = async (samples: readonly (readonly Float32Array[])[]) => {
      const count = samples[0]?.length ?? 0;
      const leading = [samples.length, count];
      const values = Float32Array.from(samples.flat().flatMap((frame) => [...frame]));
      const mask = new Uint8Array(samples.length * count * height * width).fill(1);
      const found = await exported?.vision?.run({
        pixel_values: float32(values, [...leading, ...shape]),
        pixel_attention_mask: { type: "bool", data: mask, dims: [...leading, height, width] },
      });
      return found?.image_features as OnnxTensor;
    };
    const [first = new Float32Array(0), second = first] = prompts.map(({ pixels }) => pixels.values);
    const alone = [await featuresOf([[first]]), await featuresOf([[second]])].flatMap(({ data }) => [
      ...data,
    ]) as number[];
    // A sample of two frames beside one of a single frame, which a processor fills up.
    const together = await featuresOf([
      [first, second],
      [second, new Float32Array(second.length)],
    ]);
    expect(together.dims[0]).toBe(3);
    const features = together.data as Float32Array;
    expect(largestDifference(features.slice(0, alone.length), alone)).toBeLessThan(1e-4);
    expect(largestDifference(features.slice(alone.length), alone.slice(alone.length / 2))).toBeLessThan(1e-4);
  });

  it("refuses what onnxruntime does not run, and names what it does", async () => {
    const plan = await bundledPlan(session, "random", 0.1);
    await expect(exportTo(folder.path("none"), BUNDLED, session, plan, { precision: "BF16" })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("bfloat16"),
      hint: expect.stringContaining("float32"),
    });
  });
});

const changes = {
  none: undefined,
  // onnxruntime's fused attention takes multiples of 16.
  "heads of 8": (config: Record<string, unknown>) => {
    const text = (config.text_config ?? config) as Record<string, unknown>;
    text.head_dim = 8;
  },
} as const;

describe.each([
  ["idefics3", "none"],
  ["idefics3", "heads of 8"],
  ["llama", "none"],
  ["llama", "heads of 8"],
] as const)("a small model of the kind %s, changed: %s", (kind, changed) => {
  const folder = useTemporaryFolder();
  let session: Session;
  let exported: Exported;
  let pruning: Pruning;

  beforeAll(async () => {
    const change = changes[changed];
    const model = writeSmallFolder(kind, folder.path("model"), change ? { change } : {});
    session = await openNodeSession(model);
    const plan = unevenPlan(session, { compensated: true });
    pruning = planPruning(plan, session.summary.layout);
    await exportTo(folder.path("onnx"), model, session, plan, { precision: "F32" });
    const { vision } = session.model.definition;
    exported = await openExported(folder.path("onnx"), { imageTokenId: vision?.imageTokenId ?? null });
  });
  afterAll(async () => {
    await exported?.release();
    await session?.dispose();
  });

  it("keeps as many key/value heads in each layer's cache as the layer has, and names them by number", () => {
    const heads = session.model.definition.text.layers.map((_, layer) => {
      return exported.decoder.inputs[`past_key_values.${layer}.value`]?.[1];
    });
    expect(heads).toEqual([1, 2, 3]);
    expect(exported.decoder.inputs["past_key_values.0.key"]?.[0]).toBe("batch_size");
  });

  it("gives our logits and writes our tokens, compensation included", async () => {
    const { input, pixels } = smallSample(session.model.definition);
    const { vision } = session.model.definition;
    const prompt = {
      ids: input.prompt,
      ...(pixels && vision ? { pixels: { values: pixels, shape: vision.pixelShape } } : {}),
    };
    const masks = await createPruningMasks(session.model, pruning);
    const own = await promptLogits(session, input, masks);
    masks.release();
    expect(largestDifference(await exported.logits(prompt, 0), own)).toBeLessThan(1e-4);
    await expectSameTokens(session, pruning, exported, [{ ...prompt, input }]);
  });
});
