/**
 * What a visitor waits for, in seconds from opening the built page on the CPU: first paint, the model, the first token of its
 * reasoning, bars, KL, the verdict, and how much the page shifts meanwhile; the first visit, a reload, and a first visit that
 * has to calibrate on 96 samples.
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
/** Milliseconds since the page began to load, and the cumulative layout shift, which has no unit. */
type Times = Readonly<Record<(typeof MILESTONES)[number] | "largest paint" | "layout shift", number>>;

const { values } = parseArgs({ options: { repeats: { type: "string", default: "3" } } });
const repeats = Number(values.repeats);
if (!Number.isInteger(repeats) || repeats < 1) throw new Error("--repeats takes a whole number above 0.");

/** Runs in the page: follows layout shifts, and keeps the latest largest paint. */
function watchPaint(): void {
  const layout = { shift: 0, largest: 0 };
  // As browsers report it (CLS): the worst sum over a run of shifts with less than 1 s between them, of at most 5 s.
  const run = { sum: 0, first: 0, last: Number.NEGATIVE_INFINITY };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (entry.hadRecentInput) continue;
      const { startTime } = entry;
      const goesOn = startTime - run.last < 1000 && startTime - run.first < 5000;
      if (!goesOn) Object.assign(run, { sum: 0, first: startTime });
      run.sum += entry.value;
      run.last = startTime;
      layout.shift = Math.max(layout.shift, run.sum);
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    layout.largest = list.getEntries().at(-1)?.startTime ?? layout.largest;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  Object.assign(globalThis, { layout });
}

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
    const { firstLook, layout } = globalThis as unknown as {
      firstLook: Record<string, number>;
      layout: { readonly shift: number; readonly largest: number };
    };
    const start = paint?.startTime ?? Number.NaN;
    return { paint: start, ...firstLook, "largest paint": layout.largest, "layout shift": layout.shift };
  }) as Promise<Times>;
}

async function newVisitor(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  // What compiles this file gives inner functions their names through a helper that the page lacks.
  await context.addInitScript({ content: "globalThis.__name = (named) => named;" });
  await context.addInitScript(watch, { verdict: VERDICT.source, reasoning: WORDS.reasoning });
  await context.addInitScript(watchPaint);
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

const COLUMNS = [...MILESTONES, "largest paint", "layout shift"] as const;
const written = (column: (typeof COLUMNS)[number], value: number) =>
  column === "layout shift" ? value.toFixed(3) : (value / 1000).toFixed(1);
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, ${repeats} repeats; seconds, median (lowest to highest)\n`);
console.log(row(["", ...COLUMNS]));
console.log(row(["---", ...COLUMNS.map(() => "---")]));
for (const [name, all] of Object.entries(measured)) {
  const cells = COLUMNS.map((column) => {
    const sorted = all.map((times) => times[column]).sort((a, b) => a - b);
    const [low, median, high] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((place) =>
      written(column, sorted[place] ?? Number.NaN),
    );
    return `${median} (${low} to ${high})`;
  });
  console.log(row([name, ...cells]));
}
