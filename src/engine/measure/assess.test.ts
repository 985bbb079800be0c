/** Evaluation samples on the bundled model, in Node: one by one they give what the batches give. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createRandom } from "../../core/random.ts";
import { prunedTokenLimit } from "../../core/trace-limit.ts";
import { decodePicture } from "../../models/image/decode-node.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import type { CheckpointFolder } from "../../models/source.ts";
import type { Backend } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../../scenes/draw/draw-scene.ts";
import { parseScene } from "../../scenes/scene-json.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { Assessment, Engine, EvaluationSample, SampleInput, SampleProgress } from "../contract.ts";
import { createEngine } from "../engine.ts";
import { nodeDevice } from "../load/node-device.ts";
import { countTensors } from "../testing/count-tensors.ts";

const PLACES = [4, 0, 9];

interface SceneOnFile {
  readonly question: string;
  readonly scene: unknown;
}

function open(changes: Partial<CheckpointFolder> = {}): { engine: Engine; backend: Backend; folder: CheckpointFolder } {
  const folder = createNodeFolder(join(projectRoot, "public/models/scenes"));
  const backend = createNodeBackend();
  const engine = createEngine({
    device: nodeDevice,
    openFolder: () => ({ ...folder, ...changes }),
    decodePicture,
    createBackend: async () => backend,
  });
  return { engine, backend, folder };
}

const source = { kind: "address", name: "scenes", url: "" } as const;

describe("assessing the bundled model", { timeout: 60_000 }, () => {
  const { engine, backend, folder } = open();
  const held = countTensors(backend);
  let set: readonly EvaluationSample[];
  let inputs: readonly SampleInput[];
  let keep: Uint8Array;

  beforeAll(async () => {
    const { layout } = await engine.load(source, { backend: "cpu" });
    set = await engine.evaluationSet();
    const file: { samples: SceneOnFile[] } = JSON.parse(await folder.readText("evaluation.json"));
    inputs = PLACES.flatMap((place) => {
      const sample = file.samples[place];
      if (!sample) return [];
      const picture = drawScene(parseScene(sample.scene, "scene"), MODEL_PICTURE_SIZE);
      return [{ picture, question: sample.question }];
    });
    const random = createRandom(11);
    keep = Uint8Array.from({ length: layout.unitCount }, () => (random.next() < 0.25 ? 0 : 1));
    // Dense traces are written once, for all tests.
    await engine.writeTraces(PLACES);
  }, 120_000);
  afterAll(() => engine.dispose());

  it("lists the evaluation set of the folder", () => {
    const families = ["physical", "quantitative", "commonsense"];
    for (const family of families) expect(set.filter((sample) => sample.family === family)).toHaveLength(200);
    expect(set.every(({ kind, question, answer }) => kind && question && answer)).toBe(true);
  });

  it("writes each sample's dense trace once, in the order asked for", async () => {
    const progress: SampleProgress[] = [];
    const traces = await engine.writeTraces([9, 4, 9], { onProgress: (one) => progress.push(one) });
    expect(progress).toEqual([{ done: 3, total: 3 }]);
    expect(traces[0]).toBe(traces[2]);
    const [of4] = inputs;
    if (!of4) throw new Error("There are inputs.");
    expect(traces[1]).toEqual(await engine.generate(of4, {}));
  });

  it("finds nothing lost in the dense model and in one from which nothing is removed", async () => {
    const traces = await engine.writeTraces(PLACES);
    const everything = { keep: keep.map(() => 1), meanInputs: null };
    for (const pruning of [null, everything]) {
      const assessed = await engine.assess({ samples: PLACES, pruning, generate: true });
      expect(assessed.map(({ sample }) => sample)).toEqual(PLACES);
      expect(assessed.map(({ text }) => text)).toEqual(traces.map(({ text }) => text));
      for (const [index, { kl, scores }] of assessed.entries()) {
        expect(kl).toEqual(new Float32Array(traces[index]?.tokens.length ?? 0));
        expect(scores).toMatchObject({ kl: 0, f1: 1, bleu: 1, similarity: 1, tokens: kl.length });
        expect(scores.nll).toBeGreaterThan(0);
      }
    }
  });

  it("measures a pruned model as one sample at a time does, and takes its own words", async () => {
    const pruning = { keep, meanInputs: null };
    const traces = await engine.writeTraces(PLACES);
    const progress: SampleProgress[] = [];
    const request = { samples: PLACES, pruning, generate: true };
    const assessed = await engine.assess(request, { onProgress: (one) => progress.push(one) });
    const afterwards = held();
    expect(progress.at(-1)).toEqual({ done: 3, total: 3 });
    expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).sort((a, b) => a - b));
    for (const [index, { kl, text, scores }] of assessed.entries()) {
      const [input, trace] = [inputs[index], traces[index]];
      if (!input || !trace) throw new Error("Every sample has an input and a trace.");
      const ids = trace.tokens.map((token) => token.id);
      const alone = await engine.evaluate(input, ids, pruning);
      expect(Math.max(...kl.map((value, token) => Math.abs(value - (alone.kl[token] ?? 9))))).toBeLessThan(1e-3);
      expect(scores.nll / alone.nll.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
      const limits = { pruning, maximumTokens: prunedTokenLimit(ids.length) };
      expect(text).toBe((await engine.generate(input, limits)).text);
    }
    expect(assessed.some(({ kl }) => Math.max(...kl) > 0.1)).toBe(true);
    expect(assessed.some(({ text }, index) => text !== traces[index]?.text)).toBe(true);

    // The same again holds nothing more; without own words, nothing is known of them.
    const again = await engine.assess({ ...request, generate: false });
    expect(again.map(({ kl }) => kl)).toEqual(assessed.map(({ kl }) => kl));
    expect(again.map(({ text }) => text)).toEqual([null, null, null]);
    expect(again.every(({ scores }) => Number.isNaN(scores.exactMatch) && scores.tokens > 0)).toBe(true);
    // evaluate() has kept the dense logits of its last sample in between.
    expect(held()).toBe(afterwards + 1);
  });

  it("tells models with and without compensation apart", async () => {
    const columns = 12 * (128 + 384) + 4 * (96 + 256);
    const request = { samples: PLACES.slice(0, 1), generate: false };
    const kl = async (meanInputs: Float32Array | null): Promise<Assessment["kl"] | undefined> =>
      (await engine.assess({ ...request, pruning: { keep, meanInputs } }))[0]?.kl;
    const bare = await kl(null);
    const compensated = await kl(new Float32Array(columns).fill(0.05));
    expect(compensated).not.toEqual(bare);
    expect(await kl(null)).toEqual(bare);
    expect(await kl(new Float32Array(columns))).toEqual(bare);
  });

  it("stops when cancelled and refuses samples that the set does not have", async () => {
    const controller = new AbortController();
    const call = { signal: controller.signal, onProgress: () => controller.abort() };
    const request = { samples: PLACES, pruning: null, generate: true };
    const before = held();
    await expect(engine.assess(request, call)).rejects.toMatchObject({ code: "cancelled" });
    expect(held()).toBeLessThanOrEqual(before);
    await expect(engine.assess({ ...request, samples: [600] })).rejects.toThrow(/no evaluation sample 600.*has 600/);
    await expect(engine.writeTraces([-1])).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("a checkpoint without evaluation set", { timeout: 60_000 }, () => {
  it("has an empty one", async () => {
    const complete = createNodeFolder(join(projectRoot, "public/models/scenes"));
    const { engine } = open({
      readText: (path, signal) =>
        path === "evaluation.json"
          ? Promise.reject(new PivotscopeError("not-found", "evaluation.json is not there."))
          : complete.readText(path, signal),
    });
    await engine.load(source, { backend: "cpu" });
    expect(await engine.evaluationSet()).toEqual([]);
    await expect(engine.writeTraces([0])).rejects.toThrow(/no evaluation samples/);
    await engine.dispose();
  });
});
