/**
 * The built page, made the same on every machine and at every time: an engine without a model in the worker's place,
 * a font of our own, a clock that stands still. Everything else is what people get.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { build } from "vite";

const HERE = import.meta.dirname;
const DAY = "2026-01-15T12:00:00Z";

/** The page is cross-origin isolated, so its worker has to be as well. */
const WORKER_HEADERS = { "Cross-Origin-Embedder-Policy": "require-corp" };

/** The script of the worker with the fake engine, without the line that says whether loading is held. */
export async function bundleWorker(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    resolve: { alias: { "node:timers/promises": resolve(HERE, "timers.ts") } },
    build: { write: false, target: "es2023", lib: { entry: resolve(HERE, "engine-worker.ts"), formats: ["es"] } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const chunk = first && "output" in first ? first.output[0] : null;
  if (chunk?.type !== "chunk") throw new Error("The worker with the fake engine was not built to one file.");
  return chunk.code;
}

/** Gives pages of this context the worker with the fake engine; `hold` leaves the model half loaded. */
export async function replaceWorker(context: BrowserContext, script: string, hold: boolean): Promise<void> {
  const body = `const HOLD_LOADING = ${hold};\n${script}`;
  await context.route(/\/assets\/worker-[\w-]+\.js$/, (route) =>
    route.fulfill({ contentType: "text/javascript", headers: WORKER_HEADERS, body }),
  );
}

/** Stops the clocks: how long something took stands on the page. Timers go on. */
export async function stopClocks(page: Page): Promise<void> {
  await page.clock.setFixedTime(DAY);
  await page.addInitScript(() => {
    performance.now = () => 0;
  });
}

/** Fonts whose metrics do not depend on the machine, for text and for fixed width. */
export async function addOwnFonts(page: Page): Promise<void> {
  const faces = await Promise.all([
    face("Picture Sans", 400, "@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff2"),
    face("Picture Sans", 700, "@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff2"),
    face("Picture Mono", 400, "@fontsource/dejavu-mono/files/dejavu-mono-latin-400-normal.woff2"),
  ]);
  const chosen = ':root { --font: "Picture Sans"; --font-mono: "Picture Mono"; }';
  await page.addStyleTag({ content: [...faces, chosen].join("\n") });
  await page.evaluate(() =>
    Promise.all(
      ["400 13px Picture Sans", "700 13px Picture Sans", "400 13px Picture Mono"].map((font) =>
        document.fonts.load(font),
      ),
    ),
  );
}

async function face(family: string, weight: number, file: string): Promise<string> {
  const bytes = await readFile(createRequire(import.meta.url).resolve(file));
  const url = `data:font/woff2;base64,${bytes.toString("base64")}`;
  return `@font-face { font-family: "${family}"; font-weight: ${weight}; src: url("${url}") format("woff2"); }`;
}
