/** What the kept pictures were made with. Glyphs and edges come out a little differently anywhere else. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Browser } from "@playwright/test";

export const BASELINES = resolve(import.meta.dirname, "baselines");
const NOTE = resolve(BASELINES, "made-with.json");

export interface Environment {
  /** Major version: "156". */
  readonly chromium: string;
  readonly platform: string;
  readonly architecture: string;
}

export function environmentOf(browser: Browser): Environment {
  const [chromium = ""] = browser.version().split(".");
  return { chromium, platform: process.platform, architecture: process.arch };
}

/** What the kept pictures were made with; null where there are none yet. */
export function keptEnvironment(): Environment | null {
  try {
    return JSON.parse(readFileSync(NOTE, "utf8")) as Environment;
  } catch {
    return null;
  }
}

export function keepEnvironment(environment: Environment): void {
  writeFileSync(NOTE, `${JSON.stringify(environment, null, 2)}\n`);
}

/** "chromium 156 instead of 155, platform darwin instead of linux"; empty where nothing differs. */
export function differences(here: Environment, kept: Environment): string {
  const names = ["chromium", "platform", "architecture"] as const;
  return names
    .filter((name) => here[name] !== kept[name])
    .map((name) => `${name} ${here[name]} instead of ${kept[name]}`)
    .join(", ");
}
