/** A workbench in Node: fake engines behind the real worker protocol, a clock that the test moves. */
import { MessageChannel } from "node:worker_threads";
import { nameOfText } from "../../core/content-name.ts";
import { PivotscopeError } from "../../core/errors.ts";
import { createFakeEngine, type FakeEngine } from "../../engine/testing/fake-engine.ts";
import { createPortEngine, type PortEngine } from "../../engine/worker/client.ts";
import type { Endpoint, FromWorker, ToWorker } from "../../engine/worker/protocol.ts";
import { serveEngine } from "../../engine/worker/serve.ts";
import type { Environment } from "../environment.ts";
import { createWorkbench, type Workbench } from "../store.ts";
import { createMemoryModels, type MemoryModels } from "./memory-models.ts";
import { createMemoryRecords, type MemoryRecords } from "./memory-records.ts";

export interface Harness {
  readonly workbench: Workbench;
  /** Every engine that was made, in order; the last one is in use. */
  readonly engines: readonly { readonly fake: FakeEngine; readonly port: PortEngine }[];
  readonly hashes: readonly { readonly hash: string; readonly mode: "push" | "replace" }[];
  /** Previews of pictures that the page has let go of. */
  readonly released: readonly string[];
  /** What the page has kept. */
  readonly records: MemoryRecords;
  /** Models of hubs that the browser holds. */
  readonly models: MemoryModels;
  /** JSON files that the page's server has, and others as blobs, by address; tests may change them. */
  readonly files: Map<string, unknown>;
  /** The fake engine in use. */
  fake(): FakeEngine;
  /** Moves the clock and runs what falls due. */
  elapse(milliseconds: number): void;
  /** Called with each engine before it is used: the place for gates and failures of its first calls. */
  onEngine: (fake: FakeEngine) => void;
  /** Graph runs after which a worker is renewed; null: never. */
  runsPerWorker: number | null;
}

const FILES: Readonly<Record<string, unknown>> = {
  "models/index.json": { models: [{ name: "fake", label: "Fake", url: "models/fake/" }] },
  "http://page/models/fake/examples.json": {
    examples: [
      { image: "one.png", question: "How many cones?", family: "quantity" },
      { image: "two.png", question: "Is it red?", family: "physical" },
      {
        scene: [
          { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.18, y: 0.15 },
          { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.5, y: 0.5 },
          { shape: "cone", colour: "yellow", material: "glass", size: "small", x: 0.8, y: 0.85 },
        ],
        question: "What is the red ball made of?",
        family: "physical",
      },
    ],
  },
};

/** Over all harnesses, as over all tabs of a browser. */
let numbers = 0;

/** @param records pass another harness' records to open the page again in the same browser. */
export function createHarness(records = createMemoryRecords()): Harness {
  const engines: { fake: FakeEngine; port: PortEngine }[] = [];
  const hashes: { hash: string; mode: "push" | "replace" }[] = [];
  const released: string[] = [];
  const timers = new Map<number, { due: number; callback: () => void }>();
  const models = createMemoryModels();
  const agreedHosts = new Set<string>();
  const files = new Map(Object.entries(FILES));
  let clock = 0;
  let nextTimer = 1;

  const environment: Environment = {
    createEngine() {
      const fake = createFakeEngine();
      harness.onEngine(fake);
      const channel = new MessageChannel();
      serveEngine(channel.port2 as unknown as Endpoint<FromWorker>, () => fake);
      const port = createPortEngine(channel.port1 as unknown as Endpoint<ToWorker>, () => channel.port1.close());
      engines.push({ fake, port });
      return port;
    },
    runsPerWorker: () => harness.runsPerWorker,
    absoluteUrl: (url) => new URL(url, "http://page/").href,
    async readJson(url) {
      const file = files.get(url);
      if (file === undefined) throw new PivotscopeError("not-found", `${url} is not there.`);
      return file;
    },
    async readBlob(url) {
      const file = files.get(url);
      return file instanceof Blob ? file : new Blob([url]);
    },
    async decodePicture(file, name) {
      if ((await file.text()).includes("broken")) throw new PivotscopeError("bad-input", `${name} is cut off.`);
      const text = await file.text();
      // Other files are other pictures.
      const pixels = new Uint8ClampedArray(new Uint32Array([Number.parseInt(nameOfText(text).slice(0, 8), 16)]).buffer);
      const picture = { width: 1, height: 1, pixels };
      const animated = text.includes("moving");
      return { picture, previewUrl: `blob:${name}`, animated, keepsAsStored: !animated };
    },
    async encodePicture({ width, height, pixels }, longestEdge) {
      const type = longestEdge === null ? "image/png" : "image/jpeg";
      return new Blob([`${width} × ${height}, ${pixels.length} bytes`], { type });
    },
    releasePreview: (previewUrl) => released.push(previewUrl),
    records,
    models,
    agreedHosts: async () => agreedHosts,
    uniqueNumber() {
      numbers += 1;
      return numbers;
    },
    date: () => Date.UTC(2026, 0, 1) + clock,
    now: () => clock,
    after(milliseconds, callback) {
      const timer = nextTimer;
      nextTimer += 1;
      timers.set(timer, { due: clock + milliseconds, callback });
      return () => timers.delete(timer);
    },
    writeHash: (hash, mode) => hashes.push({ hash, mode }),
  };

  const harness: Harness = {
    workbench: createWorkbench(environment),
    engines,
    hashes,
    released,
    records,
    models,
    files,
    fake() {
      const last = engines.at(-1);
      if (!last) throw new Error("No engine has been made yet.");
      return last.fake;
    },
    elapse(milliseconds) {
      clock += milliseconds;
      for (const [timer, { due, callback }] of [...timers]) {
        if (due > clock) continue;
        timers.delete(timer);
        callback();
      }
    },
    onEngine: () => {},
    runsPerWorker: null,
  };
  return harness;
}
