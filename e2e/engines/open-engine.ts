/** Tests with a browser of another engine than Chromium: `engine` comes from the project that runs them. */
import { writeFile } from "node:fs/promises";
import { test as base } from "@playwright/test";
import { type EngineName, missingEngine } from "../../scripts/find-engines.ts";
import type { Driver } from "./driver.ts";
import { openFirefox } from "./firefox.ts";
import { openWebKit } from "./webkit.ts";
import { EngineWorkbench } from "./workbench.ts";

export interface EngineOptions {
  readonly engine: EngineName;
}

interface EngineFixtures {
  /** The workbench in a browser with empty storage, which one test has for itself. */
  readonly workbench: EngineWorkbench;
}

const OPENERS: Readonly<Record<EngineName, () => Promise<Driver>>> = { firefox: openFirefox, webkit: openWebKit };

export const test = base.extend<EngineFixtures, EngineOptions>({
  engine: ["firefox", { option: true, scope: "worker" }],
  workbench: async ({ engine, baseURL }, use, info) => {
    skipWithout(missingEngine(engine));
    const driver = await OPENERS[engine]();
    try {
      info.annotations.push({ type: "browser", description: driver.version });
      await use(new EngineWorkbench(driver, baseURL ?? ""));
      if (info.status !== info.expectedStatus) {
        const path = info.outputPath("window.png");
        await writeFile(path, await driver.screenshot());
        await info.attach("window", { path, contentType: "image/png" });
      }
    } finally {
      await driver.close();
    }
  },
});

/**
 * Skips the test at hand where something is missing, with the reason in the report and on the console. Where CI is set
 * it fails: there both engines have to be.
 */
export function skipWithout(missing: string | null): void {
  if (missing === null) return;
  if (process.env.CI) throw new Error(missing);
  console.warn(`SKIPPED: ${missing}`);
  test.skip(true, missing);
}
