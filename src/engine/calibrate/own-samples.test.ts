/** Own samples in place of the bundled model's, in Node: calibrated on, measured on, and given back. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { Statistics } from "../../core/statistics.ts";
import { decodePicture } from "../../models/image/decode-node.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { drawScene } from "../../scenes/draw/draw-scene.ts";
import { parseScene } from "../../scenes/scene-json.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { CalibrationProgress, ModelSummary, OwnSample } from "../contract.ts";
import { createEngine } from "../engine.ts";
import { nodeDevice } from "../load/node-device.ts";
import { createBatch, requireWholePictures } from "../pass/batch.ts";
import type { FrameOrPadding } from "../pass/features.ts";
import { encodeFrames, framesOf } from "../pass/frames.ts";
import { embedTokens } from "../pass/tokens.ts";
import { openSession } from "../session.ts";
import { checkOwnSamples } from "./own-samples.ts";

const folder = join(projectRoot, "public", "models", "scenes");
const parameters = { batchSize: 2, sampleLimit: 2, pivots: { ...defaultPivotParameters(), window: 2 } };

describe("own samples of the bundled model", () => {
  const engine = createEngine({
    device: nodeDevice,
    openFolder: () => createNodeFolder(folder),
    decodePicture,
    createBackend: async () => createNodeBackend(),
  });
  let summary: ModelSummary;
  let samples: OwnSample[];
  let folderStatistics: Statistics;

  beforeAll(async () => {
    summary = await engine.load({ kind: "address", name: "scenes", url: "" }, { backend: "cpu" });
    const file = JSON.parse(await readFile(join(folder, "evaluation.json"), "utf8"));
    samples = [3, 40].map((place): OwnSample => {
      const { scene, question, answer } = file.samples[place];
      return { picture: drawScene(parseScene(scene, "scene"), 96), question, answer, trace: null };
    });
    folderStatistics = await engine.calibrate(parameters);
  });
  afterAll(() => engine.dispose());

  it("stand in for calibration and evaluation set until the folder's are taken again", async () => {
    const before = await engine.evaluationSet();
    expect(await engine.setSamples(samples)).toBe(2);
    expect(await engine.evaluationSet()).toEqual(
      samples.map(({ question, answer }) => ({ family: "own", kind: null, question, answer })),
    );
    const own = await engine.calibrate(parameters);
    expect(own.samples).toBe(2);
    expect(own.attributionGlobal).not.toEqual(folderStatistics.attributionGlobal);

    expect(await engine.setSamples(null)).toBe(summary.calibrationSamples);
    expect(await engine.evaluationSet()).toEqual(before);
    expect(await engine.calibrate(parameters)).toEqual(folderStatistics);
  });

  it("get their traces from the dense model, the same as asking it gives", async () => {
    await engine.setSamples(samples);
    const [first, second] = samples;
    if (!first || !second) throw new Error("Two samples are needed.");
    const written = await engine.writeTraces([1, 0]);
    const { picture, question } = second;
    const asked = await engine.generate({ picture, question }, {});
    expect(written[0]).toEqual(asked);

    // A trace that comes along is taken as it stands.
    const shortened = asked.tokens.slice(0, 5).map(({ id }) => id);
    await engine.setSamples([first, { ...second, trace: shortened }]);
    const [given] = await engine.writeTraces([1]);
    expect(given?.tokens.map(({ id }) => id)).toEqual(shortened);
    expect(given?.finish).toBe("length");
    expect((await engine.assess({ samples: [1], pruning: null, generate: false }))[0]?.kl).toHaveLength(5);
  });

  it("calibrate alike with written and with given traces, and use all samples where nobody says how many", async () => {
    await engine.setSamples(samples);
    const seen: CalibrationProgress[] = [];
    const call = { onProgress: (progress: CalibrationProgress) => seen.push(progress) };
    const written = await engine.calibrate({ batchSize: 2, pivots: parameters.pivots }, call);
    // Traces come first, and have no share in the passes.
    const traces = [0, 1, 2].map((sample) => ({ sample, samples: 2, pass: "traces", fraction: 0 }));
    expect(seen.slice(0, 4)).toMatchObject([...traces, { pass: "forward" }]);
    seen.length = 0;
    await engine.calibrate({ batchSize: 2, pivots: parameters.pivots }, call);
    expect(seen[0]).toMatchObject({ pass: "forward" });

    const dense = await engine.writeTraces([0, 1]);
    const withTraces = samples.map((sample, place) => ({
      ...sample,
      trace: dense[place]?.tokens.map(({ id }) => id) ?? null,
    }));
    await engine.setSamples(withTraces);
    expect(await engine.calibrate({ batchSize: 2, pivots: parameters.pivots })).toEqual(written);
  });

  it("have no score that needs an answer where there is none", async () => {
    await engine.setSamples(samples.map((sample, place) => (place === 0 ? { ...sample, answer: null } : sample)));
    const [without, withAnswer] = await engine.assess({ samples: [0, 1], pruning: null, generate: true });
    expect(without?.scores.exactMatch).toBeNaN();
    expect(without?.scores.judge).toBeNaN();
    expect(without?.scores.sameAnswer).toBe(1);
    expect(withAnswer?.scores.exactMatch).not.toBeNaN();
  });

  it("may have a picture or none, side by side", async () => {
    const [first] = samples;
    if (!first) throw new Error("A sample is needed.");
    await engine.setSamples([{ ...first, picture: null }, first]);
    await expect(engine.calibrate(parameters)).resolves.toMatchObject({ samples: 2 });
  });

  it("are refused, and leave the set before them, when something is wrong", async () => {
    await engine.setSamples(samples);
    const [first] = samples;
    if (!first) throw new Error("A sample is needed.");
    await expect(engine.setSamples([])).rejects.toMatchObject({ code: "bad-input", message: /no own samples/ });
    await expect(engine.setSamples([first, { ...first, question: " " }])).rejects.toMatchObject({
      code: "bad-input",
      message: "Own sample 2 has no question.",
    });
    expect(await engine.evaluationSet()).toHaveLength(2);

    const long = Array.from({ length: summary.maximumTokens }, () => 5);
    await engine.setSamples([{ ...first, trace: long }]);
    await expect(engine.calibrate(parameters)).rejects.toMatchObject({ code: "bad-input", message: /Own sample 1/ });
  });
});

describe("checkOwnSamples", () => {
  const sample: OwnSample = { picture: null, question: "Why?", answer: null, trace: [1, 2] };

  it("names what is wrong with a trace", () => {
    expect(() => checkOwnSamples([sample], 3)).not.toThrow();
    expect(() => checkOwnSamples([sample, { ...sample, trace: [] }], 3)).toThrow("Own sample 2 has an empty trace.");
    expect(() => checkOwnSamples([sample], 2)).toThrow("token id 2; the vocabulary has 2 entries");
    for (const id of [-1, 0.5, Number.NaN]) {
      expect(() => checkOwnSamples([{ ...sample, trace: [id] }], 3)).toThrow(`token id ${id};`);
    }
  });
});

describe("a sample of several frames", () => {
  it("has its frames' features in place of its image tokens, in their order", async () => {
    const environment = { device: nodeDevice, decodePicture, createBackend: async () => createNodeBackend() };
    const session = await openSession(environment, createNodeFolder(folder), { backend: "cpu" });
    try {
      const { model, denseMasks, prepareInput, generate } = session;
      const { imageTokenId } = model;
      const pictures = [60, 200].map((level) => {
        const pixels = new Uint8ClampedArray(96 * 96 * 4).map((_, index) => (index * level) % 256);
        return { width: 96, height: 96, pixels };
      });
      const singles = await Promise.all(pictures.map((picture) => prepareInput({ picture, question: "Why?" })));
      const [first, second] = singles;
      if (!first || !second) throw new Error("Two inputs are needed.");
      const images = first.prompt.filter((id) => id === imageTokenId);
      const place = first.prompt.indexOf(imageTokenId ?? -1);
      const prompt = [...first.prompt.slice(0, place), ...images, ...first.prompt.slice(place)];
      const both = { prompt, frames: [...first.frames, ...second.frames], trace: [], pivots: [] };

      const batch = createBatch([both], imageTokenId);
      const frames = framesOf(batch, 1);
      expect(frames).toHaveLength(2);
      const embedded = async (ordered: readonly FrameOrPadding[], rows: typeof batch) => {
        const features = (await encodeFrames(model, ordered, denseMasks)).rows;
        const hidden = await embedTokens(model, rows, features);
        const values = await model.backend.read(hidden);
        model.backend.release(features, hidden);
        return values;
      };
      const width = model.definition.text.width;
      const joined = await embedded(frames, batch);
      for (const [index, single] of singles.entries()) {
        const rows = createBatch([{ ...single, trace: [], pivots: [] }], imageTokenId);
        const alone = await embedded(single.frames, rows);
        const from = (place + index * images.length) * width;
        const own = joined.subarray(from, from + images.length * width);
        const expected = alone.subarray(place * width, (place + images.length) * width);
        expect(Math.max(...own.map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN))))).toBeLessThan(1e-4);
      }
      const { ids } = await generate(both, { maximumTokens: 4 });
      expect(ids.length).toBeGreaterThan(0);

      const refused = () => requireWholePictures([{ ...both, trace: [1] }]);
      expect(refused).toThrow("The picture of sample 1 is split into 2 frames; calibration takes one.");
    } finally {
      await session.dispose();
    }
  });
});
