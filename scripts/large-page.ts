/** The browser's half of scripts/large.ts: the page's engine in its worker, step by step. */
import { createWorkerEngine } from "../src/engine/worker/client.ts";
import { decodePicture } from "../src/models/image/decode-browser.ts";
import { type LargeOptions, type LargeSteps, largeSteps } from "./large-steps.ts";

export interface LargePage extends LargeSteps {
  open(options: LargeOptions, photos: readonly string[]): Promise<void>;
  /** Bytes that the browser counts to this page and its workers; null where it does not say. */
  pageBytes(): Promise<number | null>;
}

interface Measuring {
  measureUserAgentSpecificMemory?(): Promise<{ readonly bytes: number }>;
}

let steps: LargeSteps | null = null;

function opened(): LargeSteps {
  if (steps === null) throw new Error("Nothing is open.");
  return steps;
}

const page: LargePage = {
  async open(options, photos) {
    const pictures = [];
    for (const url of photos) pictures.push(await decodePicture(await (await fetch(url)).blob(), url));
    steps = largeSteps(createWorkerEngine(), pictures, options);
  },
  load: () => opened().load(),
  generate: () => opened().generate(),
  calibrate: () => opened().calibrate(),
  pageBytes: async () => (await (performance as Measuring).measureUserAgentSpecificMemory?.())?.bytes ?? null,
};

Object.assign(globalThis, { pivotscopeLarge: page });
