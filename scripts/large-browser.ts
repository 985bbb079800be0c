/** Runs scripts/large-page.ts in the browser of the tests and measures its processes. */
import { join } from "node:path";
import { chromium } from "playwright";
import type { BackendKind } from "../src/engine/contract.ts";
import type { Precision } from "../src/graph/precision.ts";
import { browserArguments, findBrowser } from "./find-browser.ts";
import type { LargePage } from "./large-page.ts";
import type { LargeSteps } from "./large-steps.ts";
import { memoryOf, processesBelow, resetPeak } from "./process-memory.ts";
import { serveProject } from "./project-server.ts";

export interface BrowserOptions {
  /** Folders and files are absolute paths. */
  readonly folder: string;
  readonly photos: readonly string[];
  readonly backend: BackendKind;
  readonly precision: "auto" | Precision;
  readonly tokens: number;
  /** Only load, as software rendering takes minutes for a pass. */
  readonly loadOnly: boolean;
}

const root = join(import.meta.dirname, "..");

export async function measureBrowser(options: BrowserOptions) {
  const { folder, photos, backend, precision, tokens } = options;
  const server = await serveProject({ server: { fs: { allow: [root, folder, ...photos] } } });
  const launched = await chromium.launchServer({
    executablePath: findBrowser(),
    args: [...browserArguments(), "--enable-blink-features=ForceEagerMeasureMemory"],
  });
  const browser = await chromium.connect(launched.wsEndpoint());
  const below = () => processesBelow(launched.process().pid ?? 0);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => process.stderr.write(`${error.message}\n`));
    const { address } = server;
    const served = (path: string) => `${address}@fs${path}`;
    await page.goto(`${address}scripts/large-page.html`);
    await page.waitForFunction(() => "pivotscopeLarge" in globalThis);
    /** Calls what large-page.ts left on `globalThis`. */
    const call = <Result>(name: keyof LargePage, ...parameters: unknown[]) =>
      page.evaluate(`globalThis.pivotscopeLarge.${name}(...${JSON.stringify(parameters)})`) as Promise<Result>;

    const source = { kind: "address", name: "random", url: served(folder) } as const;
    const opening: Parameters<LargePage["open"]> = [{ source, backend, precision, tokens }, photos.map(served)];
    await call("open", ...opening);
    /** Runs a step and gives the peaks of the page's process and, for a GPU, of that which drives it. */
    const measured = async <Key extends keyof LargeSteps>(name: Key) => {
      for (const pid of below().keys()) resetPeak(pid);
      const result = await call<Awaited<ReturnType<LargeSteps[Key]>>>(name);
      const measurement = { ...result, ...memory(below()), pageBytes: await call<number | null>("pageBytes") };
      // A step takes minutes on a slow machine: what is known is said at once.
      process.stderr.write(`browser ${backend}, ${name}: ${JSON.stringify(measurement)}\n`);
      return measurement;
    };
    const baseline = memory(below());
    const load = await measured("load");
    if (options.loadOnly) return { browser: browser.version(), baseline, load };
    const generate = await measured("generate");
    return { browser: browser.version(), baseline, load, generate, calibrate: await measured("calibrate") };
  } finally {
    await browser.close();
    await launched.close();
    await server.close();
  }
}

function memory(processes: ReadonlyMap<number, string>) {
  const largest = (kind: string) => {
    const found = [...processes].filter(([, name]) => name === kind).map(([pid]) => memoryOf(pid));
    return found.reduce((most, entry) => ((entry?.peakBytes ?? 0) > (most?.peakBytes ?? 0) ? entry : most), null);
  };
  return { page: largest("renderer"), gpu: largest("gpu-process") };
}
