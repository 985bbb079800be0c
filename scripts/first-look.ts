/**
 * What a visitor waits for, in seconds from opening the built page on the CPU: first paint, the model, the first token of its
 * reasoning, bars, KL, the verdict; the first visit, a reload, and a first visit that has to calibrate on 96 samples.
 *
 *   npm run first-look [-- --repeats 3]
 *
 * Prints a table of medians, with the lowest and highest, for docs/performance.md. The machine should do nothing else.
 */
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { VERDICT, WORDS } from "../e2e/words.ts";
import { browserArguments, findBrowser } from "./find-browser.ts";

const MILESTONES = ["paint", "model", "token", "bars", "KL", "verdict"] as const;
type Times = Readonly<Record<(typeof MILESTONES)[number], number>>;

const { values } = parseArgs({ options: { repeats: { type: "string", default: "3" } } });
const repeats = Number(values.repeats);
if (!Number.isInteger(repeats) || repeats < 1) throw new Error("--repeats takes a whole number above 0.");

/** Runs in the page: notes when each thing is first there, frame by frame. */
function watch({ verdict, reasoning }: { verdict: string; reasoning: string }): void {
  const seen: Record<string, number> = {};
  const region = (name: string) =>
    [...document.querySelectorAll("section")].find((one) => one.querySelector("h2")?.textContent?.trim() === name);
  const there: Record<string, () => boolean> = {
    model: () => /parameters/.test(document.querySelector("header")?.textContent ?? ""),
    token: () => region(reasoning)?.querySelector('[role="option"]') != null,
    bars: () => /text layers/.test(region("Retention by layer")?.querySelector("svg")?.textContent ?? ""),
    KL: () => /mean/.test(region("KL divergence")?.querySelector("svg")?.textContent ?? ""),
    verdict: () =>
      [...document.querySelectorAll('[role="status"]')].some((one) => new RegExp(verdict).test(one.textContent ?? "")),
  };
  const look = () => {
    for (const [name, found] of Object.entries(there)) if (!(name in seen) && found()) seen[name] = performance.now();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  Object.assign(globalThis, { firstLook: seen });
}

/** Milliseconds since the page began to load. */
async function timesOf(page: Page): Promise<Times> {
  const all = MILESTONES.length - 1;
  await page.waitForFunction(
    (count) => Object.keys((globalThis as unknown as { firstLook: object }).firstLook ?? {}).length === count,
    all,
    { timeout: 15 * 60_000 },
  );
  return page.evaluate(() => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const seen = (globalThis as unknown as { firstLook: Record<string, number> }).firstLook;
    return { paint: paint?.startTime ?? Number.NaN, ...seen };
  }) as Promise<Times>;
}

async function newVisitor(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  // What compiles this file gives inner functions their names through a helper that the page lacks.
  await context.addInitScript({ content: "globalThis.__name = (named) => named;" });
  await context.addInitScript(watch, { verdict: VERDICT.source, reasoning: WORDS.reasoning });
  return { context, page: await context.newPage() };
}

await build({ root: resolve(import.meta.dirname, ".."), logLevel: "warn" });
const server = await preview({ root: resolve(import.meta.dirname, ".."), preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findBrowser(), args: browserArguments() });
const measured = { "first visit": [] as Times[], reload: [] as Times[], "calibrates on 96 samples": [] as Times[] };
try {
  const [address = ""] = server.resolvedUrls?.local ?? [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const visitor = await newVisitor(browser);
    await visitor.page.goto(`${address}?backend=cpu`);
    measured["first visit"].push(await timesOf(visitor.page));
    await visitor.page.reload();
    measured.reload.push(await timesOf(visitor.page));
    await visitor.context.close();
    const other = await newVisitor(browser);
    await other.page.goto(`${address}?backend=cpu#samples=96`);
    measured["calibrates on 96 samples"].push(await timesOf(other.page));
    await other.context.close();
  }
} finally {
  await browser.close();
  await server.close();
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, ${repeats} repeats; seconds, median (lowest to highest)\n`);
console.log(row(["", ...MILESTONES]));
console.log(row(["---", ...MILESTONES.map(() => "---")]));
for (const [name, all] of Object.entries(measured)) {
  const cells = MILESTONES.map((milestone) => {
    const sorted = all.map((times) => times[milestone]).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    return `${seconds(median)} (${seconds(sorted[0] ?? Number.NaN)} to ${seconds(sorted.at(-1) ?? Number.NaN)})`;
  });
  console.log(row([name, ...cells]));
}
