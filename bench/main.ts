/**
 * Benchmarks: prints one JSON object. `npm run bench` runs all but the last five, `npm run bench -- slider scoring` some,
 * `npm run bench -- cache [--shape bundled|smolvlm-256m] [--contexts 128,2000,4000] [--homes node,cpu,webgpu]` times tokens
 * behind long texts, the KV cache written in place and grown,
 * `npm run bench -- own-samples [--dist FOLDER]` adds a thousand own samples in a built page, and
 * `npm run bench -- transformers-js [--model FOLDER] [--tokens N] [--threads N]` compares with transformers.js,
 * `npm run bench -- decode [--shape qwen2-vl-2b] [--layers N] [--context N] [--tokens N] [--threads N]` with transformers.js in Node,
 * `npm run bench -- sliced [--model FOLDER] [--homes node,cpu,webgpu] [--ratio 0.5] [--tokens N] [--repeats N]
 * [--threads N]` the sliced model
 * with the dense one.
 *
 * Times on a machine without GPU are of software rendering and say nothing about a GPU; ratios within one run do.
 */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { browserArguments, findBrowser } from "../scripts/find-browser.ts";
import { serveProject } from "../scripts/project-server.ts";
import { defaultPivotParameters } from "../src/core/pivots.ts";
import type { BackendKind } from "../src/engine/contract.ts";
import { createEngine } from "../src/engine/engine.ts";
import { nodeDevice } from "../src/engine/load/node-device.ts";
import { openNodeSession } from "../src/engine/node-engine.ts";
import { decodePicture } from "../src/models/image/decode-node.ts";
import { createNodeFolder } from "../src/models/node-folder.ts";
import { createNodeBackend } from "../src/runtime/cpu/node.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../src/scenes/draw/draw-scene.ts";
import { parseScene } from "../src/scenes/scene-json.ts";
import { measureEngine } from "./measure-engine.ts";
import type { BenchPage } from "./page.ts";
import { serveFolders } from "./serve-folders.ts";

const NAMES = ["slider", "scoring", "model", "batches", "keeping"] as const;
/** Some take long, one needs a built page, one an install of its own: they run only when they are asked for. */
const APART = ["cache", "own-samples", "transformers-js", "decode", "sliced"];
type Name = (typeof NAMES)[number];

const root = join(import.meta.dirname, "..");

/** An engine on a folder of this disk. `threads`: of its cpu backend; 0 leaves them to onnxruntime. */
function nodeEngine(folder: string, threads = 0) {
  return createEngine({
    device: nodeDevice,
    openFolder: () => createNodeFolder(folder),
    decodePicture,
    createBackend: async () => createNodeBackend(threads > 0 ? { threads } : {}),
  });
}

async function benchNode(samples: number) {
  const folder = join(root, "public", "models", "scenes");
  const { scene, question } = JSON.parse(await readFile(join(folder, "evaluation.json"), "utf8")).samples[0];
  const picture = drawScene(parseScene(scene, "scene"), MODEL_PICTURE_SIZE);
  const engine = nodeEngine(folder);
  return measureEngine(
    engine,
    { source: { kind: "address", name: "scenes", url: "" }, backend: "cpu" },
    { picture, question },
    { batchSize: 2, sampleLimit: samples, pivots: { ...defaultPivotParameters(), window: 2 } },
  );
}

/** Calls one function of bench/page.ts in a page that Vite serves, in the browser that the tests use. */
async function inBrowser<Key extends keyof BenchPage>(name: Key, ...parameters: Parameters<BenchPage[Key]>) {
  return inServedBrowser({}, name, ...parameters);
}

/** The same with folders of this disk under paths of the page. */
async function inServedBrowser<Key extends keyof BenchPage>(
  folders: Readonly<Record<string, string>>,
  name: Key,
  ...parameters: Parameters<BenchPage[Key]>
) {
  const server = await serveProject({ plugins: [serveFolders(folders)] });
  const browser = await chromium.launch({ executablePath: findBrowser(), args: browserArguments() });
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => process.stderr.write(`${error.message}\n`));
    await page.goto(`${server.address}bench/page.html`);
    await page.waitForFunction(() => "pivotscopeBench" in globalThis);
    return await page.evaluate(`globalThis.pivotscopeBench.${name}(...${JSON.stringify(parameters)})`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** On the places of `--homes`: Node, and the browser's backends. */
async function benchSliced(places: readonly string[]) {
  const { measureSliced } = await import("./sliced.ts");
  const bundled = join(root, "public", "models", "scenes");
  const folder = values.model === "bundled" ? bundled : values.model;
  const { scene, question } = JSON.parse(await readFile(join(bundled, "evaluation.json"), "utf8")).samples[0];
  const size = JSON.parse(await readFile(join(folder, "config.json"), "utf8")).vision_config.image_size ?? 512;
  const numbers = { ratio: Number(values.ratio), tokens: Number(values.tokens), repeats: Number(values.repeats) };
  const options = { scene, question, size, ...numbers };
  const measured: Record<string, unknown> = { model: values.model, ...numbers };
  for (const place of places) {
    measured[place] =
      place === "node"
        ? await measureSliced(nodeEngine(folder, Number(values.threads)), {
            ...options,
            backend: "cpu",
            source: { kind: "address", name: "bench", url: folder },
          })
        : await inServedBrowser({ "/bench-checkpoint/": folder }, "benchSliced", "/bench-checkpoint/", {
            ...options,
            backend: place === "webgpu" ? "webgpu" : "cpu",
          });
  }
  return measured;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    samples: { type: "string", default: "8" },
    rows: { type: "string", default: "162" },
    repeats: { type: "string", default: "3" },
    count: { type: "string", default: "32" },
    model: { type: "string", default: "bundled" },
    tokens: { type: "string", default: "32" },
    threads: { type: "string", default: "0" },
    shape: { type: "string", default: "bundled" },
    contexts: { type: "string", default: "128,2000,4000" },
    homes: { type: "string", default: "node,cpu,webgpu" },
    ratio: { type: "string", default: "0.5" },
    layers: { type: "string", default: "4" },
    context: { type: "string", default: "64" },
    dist: { type: "string", default: join(root, "dist") },
  },
});
const wanted: readonly string[] = positionals.length > 0 ? positionals : NAMES;
for (const name of wanted) {
  if (APART.includes(name) || NAMES.includes(name as Name)) continue;
  throw new Error(`Unknown benchmark "${name}"; there are ${[...NAMES, ...APART].join(", ")}.`);
}
const [samples, rows, repeats] = [Number(values.samples), Number(values.rows), Number(values.repeats)];
const results: Record<string, unknown> = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
if (wanted.includes("slider")) results.slider = await (await import("./slider.ts")).benchSlider();
if (wanted.includes("scoring")) {
  results.scoring = await inBrowser("benchScoring", rows, repeats);
}
if (wanted.includes("model")) {
  results["node cpu"] = await benchNode(samples);
  for (const backend of ["cpu", "webgpu"] satisfies BackendKind[]) {
    results[`browser ${backend}`] = await inBrowser("benchModel", backend, samples);
  }
}
if (wanted.includes("batches")) {
  const { benchBatches } = await import("./batches.ts");
  results.batches = await benchBatches(join(root, "public", "models", "scenes"), Number(values.count));
}
if (wanted.includes("keeping")) {
  const { measureKeeping } = await import("./keeping.ts");
  const session = await openNodeSession(join(root, "public", "models", "scenes"));
  results["keeping, node cpu"] = await measureKeeping(session, samples);
  await session.dispose();
  for (const backend of ["cpu", "webgpu"] satisfies BackendKind[]) {
    results[`keeping, browser ${backend}`] = await inBrowser("benchKeeping", backend, samples);
  }
}
if (wanted.includes("cache")) {
  const { CACHE_SHAPES, measureCache } = await import("./cache.ts");
  const shape = values.shape as keyof typeof CACHE_SHAPES;
  if (!CACHE_SHAPES[shape]) throw new Error(`--shape takes ${Object.keys(CACHE_SHAPES).join(" or ")}.`);
  const contexts = values.contexts.split(",").map(Number);
  const request = { shape, contexts, tokens: Number(values.tokens), repeats };
  // In one thread, that waits for no other: other work on the machine does not count.
  const processorTime = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  for (const home of values.homes.split(",")) {
    results[`cache, ${shape}, ${home}`] =
      home === "node"
        ? await measureCache(createNodeBackend({ threads: 1 }), request, processorTime)
        : await inBrowser("benchCache", home as BackendKind, request);
  }
}
if (wanted.includes("own-samples")) {
  const { measureOwnSamples } = await import("./own-samples.ts");
  results["own-samples"] = await measureOwnSamples(values.dist);
}
if (wanted.includes("transformers-js")) {
  const { benchTransformersJs } = await import("./transformers-js/run.ts");
  results["transformers-js"] = await benchTransformersJs({
    model: values.model === "bundled" ? null : values.model,
    tokens: Number(values.tokens),
    repeats,
    threads: Number(values.threads),
  });
}
if (wanted.includes("decode")) {
  const { benchDecode } = await import("./transformers-js/node.ts");
  results.decode = await benchDecode({
    shape: values.shape === "bundled" ? "qwen2-vl-2b" : values.shape,
    ...{ layers: Number(values.layers), context: Number(values.context) },
    ...{ tokens: Number(values.tokens), repeats, threads: Number(values.threads) },
  });
}
if (wanted.includes("sliced")) results.sliced = await benchSliced(values.homes.split(","));
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
