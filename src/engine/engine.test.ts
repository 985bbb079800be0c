/** The engine on the bundled model, in Node: what a user does, without the page. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { defaultPivotParameters } from "../core/pivots.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import { createNodeFolder } from "../models/node-folder.ts";
import type { CheckpointFolder } from "../models/source.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import { drawScene } from "../scenes/draw/draw-scene.ts";
import { parseScene } from "../scenes/scene-json.ts";
import { scenePicture } from "../testing/scene-picture.ts";
import { projectRoot } from "../testing/shared.ts";
import type { Engine, ModelSummary, SampleInput } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { nodeDevice } from "./load/node-device.ts";

const modelFolder = join(projectRoot, "public", "models", "scenes");
const pivots = { ...defaultPivotParameters(), window: 2 };

const masked = (keep: Uint8Array) => ({ keep, meanInputs: null });

/** An engine on the bundled model's folder, of which some files may be others. */
function newEngine(changes: (folder: CheckpointFolder) => Partial<CheckpointFolder> = () => ({})): Engine {
  const folder = createNodeFolder(modelFolder);
  return createEngine({
    device: nodeDevice,
    openFolder: () => ({ ...folder, ...changes(folder) }),
    decodePicture,
    createBackend: async () => createNodeBackend(),
  });
}

const source = { kind: "address", name: "scenes", url: "" } as const;

describe("the engine with the bundled model", () => {
  const engine = newEngine();
  let summary: ModelSummary;
  let input: SampleInput;
  let reference: { question: string; trace: string; scene: unknown };

  beforeAll(async () => {
    summary = await engine.load(source, { backend: "cpu" });
    const evaluation = JSON.parse(await readFile(join(modelFolder, "evaluation.json"), "utf8"));
    reference = evaluation.samples[0];
    input = { picture: drawScene(parseScene(reference.scene, "scene"), 96), question: reference.question };
  });
  afterAll(() => engine.dispose());

  it("names its units, parameters and what its makers recommend", () => {
    expect(summary.architecture).toBe("idefics3");
    expect(summary.layout.modules).toHaveLength(32);
    expect(summary.layout.unitCount).toBe(12 * (384 + 4) + 4 * (256 + 4));
    expect(summary.layout.totalParameters).toBeGreaterThan(2_800_000);
    expect(summary.recommended).toEqual({ window: 2, calibrationSamples: 384 });
    expect(summary.weightHash).toMatch(/^[0-9a-f]{64}$/);
    expect(summary.calibrationSamples).toBe(384);
  });

  it("takes the bytes for its weights that were said before it was loaded", async () => {
    const { choices } = await engine.inspect(source, { backend: "cpu" });
    expect(choices.find(({ backend }) => backend === "cpu")?.weightBytes).toBe(summary.weightBytes);
  });

  it("streams the chain of thought that the picture calls for", async () => {
    const streamed: string[] = [];
    const trace = await engine.generate(input, {}, { onProgress: (token) => streamed.push(token.text) });
    expect(trace.text).toBe(reference.trace);
    expect(trace.finish).toBe("stop");
    expect(streamed.join("").trim()).toBe(reference.trace);
  });

  it("calibrates every unit of both towers and reports its progress", async () => {
    const fractions: number[] = [];
    const statistics = await engine.calibrate(
      { batchSize: 2, sampleLimit: 5, pivots },
      { onProgress: ({ fraction }) => fractions.push(fraction) },
    );
    expect(statistics.samples).toBe(5);
    expect(statistics.batches).toBe(3);
    expect(statistics.attributionGlobal).toHaveLength(summary.layout.unitCount);
    expect(statistics.attributionGlobal.every((value) => value > 0)).toBe(true);
    expect(statistics.attributionPivot.every((value) => value > 0)).toBe(true);
    expect(fractions.at(-1)).toBe(1);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    for (const [index, module] of summary.layout.modules.entries()) {
      if (module.tower === "vision") expect(statistics.cmds[index]).toBe(0);
      else expect(statistics.cmds[index]).toBeGreaterThan(0);
      expect(statistics.sens[index]).toBeGreaterThan(0);
    }
  });

  it("looks at all layers of both towers and reports its progress", async () => {
    const seen: number[] = [];
    const views = await engine.observeLayers({ samples: 3 }, { onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3]);
    expect(views).toMatchObject({ samples: 3, outlierFactor: 3 });
    expect(views.layers.map(({ tower, layer }) => `${tower}.${layer}.mlp`).sort()).toEqual(
      summary.layout.modules.flatMap(({ kind, key }) => (kind === "mlp" ? [key] : [])).sort(),
    );
    for (const { tower, blockInfluence, outlierShare, tampDensity } of views.layers) {
      expect(blockInfluence).toBeGreaterThan(0);
      expect(blockInfluence).toBeLessThan(2);
      expect(outlierShare).toBeGreaterThan(0);
      expect(outlierShare).toBeLessThan(1 / 3);
      if (tower === "vision") expect(tampDensity).toBeNull();
      else expect(tampDensity).toBeGreaterThan(0);
    }
    // Without pivots the samples are the calibration's: calibrating afterwards still finds its pivots.
    const statistics = await engine.calibrate({ batchSize: 2, sampleLimit: 2, pivots });
    expect(statistics.pivotBatches).toBe(1);
    expect(statistics.attributionPivot.some((value) => value > 0)).toBe(true);
  }, 60_000);

  it("averages over all batches", async () => {
    const all = await engine.calibrate({ batchSize: 2, sampleLimit: 4, pivots });
    const first = await engine.calibrate({ batchSize: 2, sampleLimit: 2, pivots });
    // Two batches averaged differ from the first one alone: the second one counts.
    expect(all.attributionGlobal).not.toEqual(first.attributionGlobal);
  });

  it("calibrates again with other pivots without reading a picture again", async () => {
    const calibration = await readFile(join(modelFolder, "calibration.json"), "utf8");
    const listed: { samples: { question: string; trace: string }[] } = JSON.parse(calibration);
    const samples = listed.samples.slice(0, 4).map(({ question, trace }) => ({ image: "scene.png", question, trace }));
    let read = 0;
    const other = newEngine((folder) => ({
      readText: (path, ...rest) =>
        path === "calibration.json" ? Promise.resolve(JSON.stringify({ samples })) : folder.readText(path, ...rest),
      readBytes: async (path, ...rest) => {
        if (path !== "scene.png") return folder.readBytes(path, ...rest);
        read += 1;
        return new Uint8Array(await readFile(scenePicture));
      },
    }));
    await other.load(source, { backend: "cpu" });
    const all = await other.calibrate({ batchSize: 2, pivots });
    expect(read).toBe(4);
    const few = await other.calibrate({ batchSize: 2, pivots: { ...pivots, markers: [] } });
    expect(read).toBe(4);
    expect(few.attributionGlobal).toEqual(all.attributionGlobal);
    expect(few.attributionPivot).not.toEqual(all.attributionPivot);
    await other.dispose();
  });

  it("measures no damage at ratio 0 and damage when half of the neurons are gone", async () => {
    const trace = (await engine.generate(input, {})).tokens.map((token) => token.id);
    const everything = new Uint8Array(summary.layout.unitCount).fill(1);
    const whole = await engine.evaluate(input, trace, masked(everything));
    expect(Array.from(whole.kl)).toEqual(trace.map(() => 0));
    expect(Array.from(whole.argmax)).toEqual(trace);
    expect(whole.perplexity).toBe(whole.densePerplexity);

    const half = everything.map((_, unit) => unit % 2);
    const damaged = await engine.evaluate(input, trace, masked(half));
    expect(Math.max(...damaged.kl)).toBeGreaterThan(0.1);
    expect(damaged.densePerplexity).toBe(whole.densePerplexity);
    expect(damaged.perplexity).toBeGreaterThan(whole.perplexity);
  });

  it("goes on from a given prefix as if it had written it", async () => {
    const whole = await engine.generate(input, {});
    const ids = whole.tokens.map((token) => token.id);
    const resumed = await engine.generate(input, { prefix: ids.slice(0, 7) });
    expect(resumed).toEqual(whole);
    expect(await engine.generate(input, { prefix: ids })).toEqual(whole);
  });

  it("stops when cancelled and can be asked again at once", async () => {
    const controller = new AbortController();
    const cancelled = engine.calibrate(
      { batchSize: 2, sampleLimit: 8, pivots },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect((await engine.generate(input, { maximumTokens: 3 })).tokens).toHaveLength(3);
  });

  it("refuses an empty question, an empty trace and a plan of another model, each with a next step", async () => {
    await expect(engine.generate({ ...input, question: " " }, {})).rejects.toMatchObject({ code: "bad-input" });
    await expect(engine.generate({ ...input, question: "why ".repeat(2000) }, {})).rejects.toThrow(/512 positions/);
    await expect(engine.evaluate(input, [], masked(new Uint8Array(summary.layout.unitCount)))).rejects.toThrow(
      /trace is empty/,
    );
    await expect(engine.evaluate(input, [1], masked(new Uint8Array(7)))).rejects.toThrow(/7 entries.*5,696 units/);
  });
});
