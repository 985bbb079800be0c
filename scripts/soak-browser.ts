/** Runs scripts/soak-page.ts in the browser of the tests, and measures the page, its worker and the processes. */
import { chromium } from "playwright";
import type { BackendKind } from "../src/engine/contract.ts";
import { browserArguments, findBrowser } from "./find-browser.ts";
import { memoryOf, processesBelow } from "./process-memory.ts";
import { serveProject } from "./project-server.ts";
import type { Series } from "./soak-growth.ts";
import type { CountedBytes, SoakPage } from "./soak-page.ts";

/** @param folder a checkpoint, absolute. @param runs graph runs altogether. */
export async function soakBrowser(folder: string, backend: BackendKind, runs: number): Promise<Series[]> {
  const server = await serveProject({ server: { fs: { strict: false } } });
  const launched = await chromium.launchServer({
    executablePath: findBrowser(),
    args: [...browserArguments(), "--enable-blink-features=ForceEagerMeasureMemory"],
  });
  const browser = await chromium.connect(launched.wsEndpoint());
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => process.stderr.write(`${error.message}\n`));
    await page.goto(`${server.address}scripts/soak-page.html`);
    await page.waitForFunction(() => "pivotscopeSoak" in globalThis);
    const call = <Result>(name: keyof SoakPage, ...parameters: unknown[]) =>
      page.evaluate(`globalThis.pivotscopeSoak.${name}(...${JSON.stringify(parameters)})`) as Promise<Result>;
    /** Bytes that are resident in the largest process of a kind. */
    const resident = (kind: string) => {
      const found = [...processesBelow(launched.process().pid ?? 0)].filter(([, name]) => name === kind);
      return Math.max(0, ...found.map(([pid]) => memoryOf(pid)?.residentBytes ?? 0));
    };

    await call("open", `${server.address}@fs${folder}`, backend);
    const seen: { counted: CountedBytes | null; renderer: number; gpu: number }[] = [];
    for (const share of [0, 0.25, 0.5, 1]) {
      const made = await call<number>("workUntil", share * runs);
      const counted = await call<CountedBytes | null>("count");
      seen.push({ counted, renderer: resident("renderer"), gpu: resident("gpu-process") });
      process.stderr.write(`${backend}: ${made} runs, ${JSON.stringify(seen.at(-1))}\n`);
    }
    const series = (name: string, counted: boolean, of: (one: (typeof seen)[number]) => number): Series => ({
      name: `${backend}, ${name}`,
      counted,
      bytes: seen.map(of) as unknown as Series["bytes"],
    });
    return [
      series("page's script", true, ({ counted }) => counted?.page ?? 0),
      series("worker with WebAssembly", true, ({ counted }) => counted?.worker ?? 0),
      series("page's process", false, ({ renderer }) => renderer),
      series("GPU process", false, ({ gpu }) => gpu),
    ];
  } finally {
    await browser.close();
    await launched.close();
    await server.close();
  }
}
