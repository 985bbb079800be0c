/**
 * This engine against transformers.js: the same checkpoint, the same prompt, the same browser, WebAssembly on both
 * sides, in turn. Every engine has a browser of its own, so that its memory can be told.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright";
import { browserArguments, findBrowser } from "../../scripts/find-browser.ts";
import { serveProject } from "../../scripts/project-server.ts";
import { openNodeSession } from "../../src/engine/node-engine.ts";
import { createImageProcessor } from "../../src/models/architectures/idefics3/processor.ts";
import { parseProcessorConfig } from "../../src/models/architectures/idefics3/processor-config.ts";
import { drawScene } from "../../src/scenes/draw/draw-scene.ts";
import { parseScene } from "../../src/scenes/scene-json.ts";
import { serveFolders } from "../serve-folders.ts";
import { median } from "../statistics.ts";
import { type BenchEngine, CHECKPOINT_PATH, type Halves, ONNX_PATH, type Prompt, type Writing } from "./contract.ts";
import { exportCheckpoint } from "./export.ts";
import { processorSeconds, watchMemory } from "./memory.ts";

const root = join(import.meta.dirname, "..", "..");
const bundled = join(root, "public", "models", "scenes");

export interface ComparisonOptions {
  /** Checkpoint folder; the bundled model when null. */
  readonly model: string | null;
  readonly tokens: number;
  readonly repeats: number;
  /** Threads of either engine's WebAssembly; 0 leaves it to onnxruntime. */
  readonly threads: number;
}

/** A drawn scene with a question, as `folder`'s model takes them. */
async function preparePrompt(folder: string): Promise<Prompt> {
  const { scene, question } = JSON.parse(await readFile(join(bundled, "evaluation.json"), "utf8")).samples[0];
  const session = await openNodeSession(folder);
  const { vision } = session.model.definition;
  if (!vision) throw new Error("The checkpoint has no vision tower.");
  const picture = drawScene(parseScene(scene, "scene"), vision.imageSize);
  const { prompt } = await session.prepareInput({ picture, question });
  await session.dispose();
  // The other engine takes pixels instead of patches.
  const text = await readFile(join(folder, "preprocessor_config.json"), "utf8");
  const { values } = await createImageProcessor(parseProcessorConfig(text, vision.imageSize)).process(picture);
  const base64 = Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
  return { ids: prompt, frame: base64, channels: vision.pixelShape[0] ?? 0, size: vision.imageSize };
}

type Name = "ours" | "theirs";
const NAMES: readonly Name[] = ["ours", "theirs"];

async function openEngine(name: Name, address: string) {
  const server = await chromium.launchServer({
    executablePath: findBrowser(),
    // The browser measures a page's memory within seconds only when it is told to.
    args: [...browserArguments(), "--enable-blink-features=ForceEagerMeasureMemory"],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  const page = await browser.newPage();
  page.on("pageerror", (error) => process.stderr.write(`${name}: ${error.message}\n`));
  await page.goto(`${address}bench/transformers-js/page.html?engine=${name}`);
  await page.waitForFunction(() => "benchEngine" in globalThis);
  const memory = watchMemory(server.process().pid ?? 0);
  return {
    page,
    memory,
    processorSeconds: () => processorSeconds(server.process().pid ?? 0) ?? Number.NaN,
    version: browser.version(),
    async close() {
      memory.stop();
      await browser.close();
      await server.close();
    },
  };
}

function call<Key extends keyof BenchEngine>(page: Page, key: Key, ...parameters: Parameters<BenchEngine[Key]>) {
  return page.evaluate(`globalThis.benchEngine.${key}(...${JSON.stringify(parameters)})`) as ReturnType<
    BenchEngine[Key]
  >;
}

/** Times of one generation, and of its halves on their own, as rates. */
function ratesOf({ tokens }: Writing, { vision, prefill }: Halves, promptTokens: number) {
  const [first = Number.NaN] = tokens;
  // The median of the gaps: others may use the machine at the same time.
  const gap = median(tokens.slice(1).map((time, index) => time - (tokens[index] ?? 0)));
  return {
    visionSeconds: vision / 1000,
    firstTokenSeconds: first / 1000,
    prefillTokensPerSecond: (1000 * promptTokens) / prefill,
    decodeTokensPerSecond: 1000 / gap,
  };
}

function mediansOf<Key extends string>(list: readonly Readonly<Record<Key, number>>[]): Record<Key, number> {
  const keys = Object.keys(list[0] ?? {}) as Key[];
  return Object.fromEntries(keys.map((key) => [key, median(list.map((entry) => entry[key]))])) as Record<Key, number>;
}

export async function benchTransformersJs({ model, tokens, repeats, threads }: ComparisonOptions) {
  const library = join(import.meta.dirname, "node_modules", "@huggingface", "transformers", "package.json");
  if (!existsSync(library)) throw new Error("Install transformers.js first: npm ci --prefix bench/transformers-js");
  const folder = model ?? bundled;
  const prompt = await preparePrompt(folder);
  const target = await mkdtemp(join(tmpdir(), "pivotscope-onnx-"));
  try {
    await exportCheckpoint(folder, join(target, "model"));
    const server = await serveProject({
      plugins: [serveFolders({ [CHECKPOINT_PATH]: folder, [ONNX_PATH]: target })],
      optimizeDeps: { noDiscovery: true, include: ["hash-wasm"] },
    });
    const { address } = server;
    const opened = { ours: await openEngine("ours", address), theirs: await openEngine("theirs", address) };
    try {
      const load = { ours: 0, theirs: 0 };
      const peakLoad: Record<Name, number | null> = { ours: null, theirs: null };
      const first: Record<Name, number> = { ours: 0, theirs: 0 };
      const rates: Record<Name, ReturnType<typeof ratesOf>[]> = { ours: [], theirs: [] };
      const processor: Record<Name, number> = { ours: 0, theirs: 0 };
      const written: Record<Name, readonly number[]> = { ours: [], theirs: [] };
      for (const name of NAMES) {
        const { page, memory } = opened[name];
        load[name] = (await call(page, "load", threads)) / 1000;
        peakLoad[name] = memory.take();
        // The first run compiles graphs, and here makes the copy of the weights that generation runs on.
        const start = performance.now();
        await call(page, "write", prompt, 2);
        first[name] = (performance.now() - start) / 1000;
      }
      for (let repeat = 0; repeat < repeats; repeat++) {
        for (const name of NAMES) {
          const before = opened[name].processorSeconds();
          const writing = await call(opened[name].page, "write", prompt, tokens);
          processor[name] += opened[name].processorSeconds() - before;
          written[name] = writing.ids;
          const halves = await call(opened[name].page, "halves", prompt);
          rates[name].push(ratesOf(writing, halves, prompt.ids.length));
        }
      }
      const result = async (name: Name) => {
        const { page, memory } = opened[name];
        return {
          loadSeconds: load[name],
          firstRunSeconds: first[name],
          ...mediansOf(rates[name]),
          processorSecondsPerText: processor[name] / repeats,
          peakLoadBytes: peakLoad[name] ?? Number.NaN,
          peakRunBytes: memory.take() ?? Number.NaN,
          pageBytes: (await call(page, "memory")) ?? Number.NaN,
        };
      };
      const ours = await result("ours");
      const theirs = await result("theirs");
      const ratios = Object.fromEntries(
        (Object.keys(ours) as (keyof typeof ours)[]).map((key) => [key, ours[key] / theirs[key]]),
      );
      return {
        checkpoint: model ?? "bundled",
        browser: opened.ours.version,
        transformersJs: JSON.parse(await readFile(library, "utf8")).version as string,
        promptTokens: prompt.ids.length,
        tokens: written.ours.length,
        repeats,
        threads,
        sameIds: written.ours.join() === written.theirs.join(),
        ours,
        theirs,
        oursToTheirs: ratios,
      };
    } finally {
      await Promise.all(NAMES.map((name) => opened[name].close()));
      await server.close();
    }
  } finally {
    await rm(target, { recursive: true });
  }
}
