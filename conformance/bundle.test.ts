/** The engine as it is bundled for homes without a browser, on the bundled model: what a command of that kind does. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildHeadless, ORT_WASM } from "../scripts/build-headless.ts";
import type * as headless from "../src/engine/headless-engine.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../src/scenes/draw/draw-scene.ts";
import { parseScene } from "../src/scenes/scene-json.ts";

const root = resolve(import.meta.dirname, "..");
const model = join(root, "public", "models", "scenes");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pivotscope-bundle-"));
  await buildHeadless({ entries: { engine: join(root, "src", "engine", "headless-engine.ts") }, folder });
});
afterAll(() => rm(folder, { recursive: true }));

it("opens the engine on the GPU that it is given, and answers", async () => {
  const address = pathToFileURL(join(folder, "engine.mjs")).href;
  const { createHeadlessEngine } = (await import(/* @vite-ignore */ address)) as typeof headless;
  const wasm = new Uint8Array(await readFile(join(folder, ORT_WASM)));
  const engine = createHeadlessEngine({ gpu: navigator.gpu, wasm });
  const source = { kind: "address", name: "scenes", url: model } as const;
  // "auto" would leave a software adapter for the cpu.
  const summary = await engine.load(source, { backend: "webgpu" });
  expect(summary).toMatchObject({ name: "scenes", backend: "webgpu", precisionNote: "" });
  const [sample] = JSON.parse(await readFile(join(model, "evaluation.json"), "utf8")).samples;
  const picture = drawScene(parseScene(sample.scene, "scene"), MODEL_PICTURE_SIZE);
  const { text, finish } = await engine.generate({ picture, question: sample.question }, {});
  expect({ text, finish }).toEqual({ text: sample.trace, finish: "stop" });
  await engine.dispose();
});
