/**
 * Finds a Chromium with WebGPU for the browser tests, and says with which flags to start it.
 *
 * Playwright's `chromium-headless-shell` has no WebGPU, so the full browser is always started, headless, by its path.
 * Run as a script it prints the path, or says how to get a browser and exits with 1.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";

/** What the search reads, so that it can be tested without a machine of every kind. */
export interface BrowserSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
  /** Where Playwright would have installed its own full Chromium. */
  readonly playwrightPath: () => string;
}

const THIS_MACHINE: BrowserSearch = {
  environment: process.env,
  platform: process.platform,
  exists: existsSync,
  playwrightPath: () => chromium.executablePath(),
};

const HOW_TO_GET_ONE =
  "get one with `npx playwright install chromium` (about 170 MB) or `apt-get install chromium` (Debian, Ubuntu), or name " +
  "one that is already here with PIVOTSCOPE_BROWSER=/path/to/chrome.";

/** An error without a stack: the message is for people, and whoever starts Playwright or Vitest sees it whole. */
function missing(found: string): Error {
  const error = new Error(`${found}: ${HOW_TO_GET_ONE}`);
  error.stack = error.message;
  return error;
}

/**
 * Path of the browser to test with: $PIVOTSCOPE_BROWSER, Playwright's own Chromium, Chrome, Edge, a Chromium on PATH,
 * whichever comes first. Throws an Error that says how to get a browser where there is none.
 */
export function findBrowser(search: BrowserSearch = THIS_MACHINE): string {
  const named = search.environment.PIVOTSCOPE_BROWSER;
  if (named) {
    if (search.exists(named)) return named;
    throw missing(`PIVOTSCOPE_BROWSER names ${named}, but there is no such file`);
  }
  const candidates = [playwrightPath(search), ...installPaths(search), ...chromiumOnPath(search)];
  const found = candidates.find((path) => path !== "" && search.exists(path));
  if (found) return found;
  throw missing("No Chromium, Chrome or Edge was found for the browser tests");
}

/**
 * Flags for the browser tests. By default they force SwiftShader, the software GPU inside Chromium, so that results
 * do not depend on the machine; PIVOTSCOPE_GPU=real takes the machine's own GPU.
 */
export function browserArguments(environment: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const flags = [
    "--enable-unsafe-webgpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  if (environment.PIVOTSCOPE_GPU !== "real") flags.push("--use-webgpu-adapter=swiftshader");
  // Chromium refuses its sandbox to root, which is what containers run as.
  if (process.getuid?.() === 0) flags.push("--no-sandbox");
  return flags;
}

function playwrightPath(search: BrowserSearch): string {
  try {
    return search.playwrightPath();
  } catch {
    return ""; // Playwright throws on platforms that it has no build for.
  }
}

/** Usual places of Chrome, then of Edge. */
function installPaths({ platform, environment }: BrowserSearch): string[] {
  if (platform === "darwin") {
    const homes = ["/Applications", `${environment.HOME ?? ""}/Applications`];
    const programs = ["Google Chrome", "Microsoft Edge"];
    return programs.flatMap((program) => homes.map((home) => `${home}/${program}.app/Contents/MacOS/${program}`));
  }
  if (platform === "win32") {
    const homes = [environment.PROGRAMFILES, environment["PROGRAMFILES(X86)"], environment.LOCALAPPDATA];
    const programs = ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"];
    return programs.flatMap((program) => homes.filter(isText).map((home) => `${home}\\${program}`));
  }
  return ["/opt/google/chrome/chrome", "/usr/bin/google-chrome-stable", "/opt/microsoft/msedge/msedge"];
}

function chromiumOnPath({ platform, environment }: BrowserSearch): string[] {
  if (platform === "win32") return [];
  const names = ["google-chrome", "microsoft-edge", "chromium", "chromium-browser"];
  const folders = (environment.PATH ?? "").split(delimiter).filter(isText);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isText(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    console.log(findBrowser());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
