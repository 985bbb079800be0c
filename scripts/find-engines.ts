/**
 * Finds the browsers of other engines than Chromium for `e2e/engines`: Firefox, and WebKitGTK with its driver.
 *
 * Run as a script it prints what was found of the engines named (`npx tsx scripts/find-engines.ts firefox webkit`), or
 * says how to get what is missing and exits with 1.
 */
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

export const ENGINES = ["firefox", "webkit"] as const;
export type EngineName = (typeof ENGINES)[number];

/** What the search reads, so that it can be tested without a machine of every kind. */
export interface EngineSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
  /** Names in a folder; none where it is not there. */
  readonly list: (folder: string) => readonly string[];
}

export interface WebKitFiles {
  readonly driver: string;
  /** The display without a screen, on which it is started. */
  readonly display: string;
}

const THIS_MACHINE: EngineSearch = {
  environment: process.env,
  platform: process.platform,
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
};

/** Path of the Firefox that PIVOTSCOPE_FIREFOX names, or in its usual places. Throws an Error that says how to get one. */
export function findFirefox(search: EngineSearch = THIS_MACHINE): string {
  const named = search.environment.PIVOTSCOPE_FIREFOX;
  if (named && !search.exists(named)) throw new Error(`PIVOTSCOPE_FIREFOX names ${named}, but there is no such file.`);
  const candidates = named ? [named] : [...firefoxPlaces(search), ...onPath(search, ["firefox-esr", "firefox"])];
  const found = candidates.find(search.exists);
  if (found) return found;
  throw new Error(
    "No Firefox was found: apt-get install firefox-esr (Debian), https://www.mozilla.org/firefox (macOS, Windows, other " +
      "Linux), or name one that is already here with PIVOTSCOPE_FIREFOX=/path/to/firefox.",
  );
}

/** WebKitGTK's driver, its small browser and a display for it: Linux only. Throws an Error that says how to get them. */
export function findWebKit(search: EngineSearch = THIS_MACHINE): WebKitFiles {
  const how = "apt-get install webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb (Debian, Ubuntu) gets it.";
  if (search.platform !== "linux")
    throw new Error("WebKitGTK is there on Linux only; Safari is not driven by these tests.");
  const [driver] = onPath(search, ["WebKitWebDriver"]).filter(search.exists);
  if (!driver) throw new Error(`No WebKitWebDriver was found; ${how}`);
  // What e2e/engines/webkit-window.py imports.
  if (!search.exists("/usr/bin/python3") || !search.exists("/usr/lib/python3/dist-packages/gi/__init__.py"))
    throw new Error(`The system's Python has no module gi, which opens a window of WebKitGTK; ${how}`);
  const libraries = ["/usr/lib", ...search.list("/usr/lib").map((name) => join("/usr/lib", name))];
  const isDescribed = libraries.some((folder) => search.exists(join(folder, "girepository-1.0/WebKit2-4.1.typelib")));
  if (!isDescribed) throw new Error(`Python's description of WebKitGTK is absent (WebKit2-4.1.typelib); ${how}`);
  const [display] = onPath(search, ["Xvfb"]).filter(search.exists);
  if (!display) throw new Error(`No Xvfb was found, the display on which WebKitGTK is started; ${how}`);
  return { driver, display };
}

function firefoxPlaces({ platform, environment }: EngineSearch): string[] {
  if (platform === "darwin") {
    const homes = ["/Applications", `${environment.HOME ?? ""}/Applications`];
    return homes.map((home) => `${home}/Firefox.app/Contents/MacOS/firefox`);
  }
  if (platform !== "win32") return [];
  const homes = [environment.PROGRAMFILES, environment["PROGRAMFILES(X86)"], environment.LOCALAPPDATA];
  return homes.flatMap((home) => (home ? [`${home}\\Mozilla Firefox\\firefox.exe`] : []));
}

function onPath({ environment, platform }: EngineSearch, names: readonly string[]): string[] {
  if (platform === "win32") return [];
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

const FINDERS = { firefox: () => findFirefox(), webkit: () => Object.values(findWebKit()).join(", ") } as const;

/** Why an engine cannot be started here and how to get it; null where it can. */
export function missingEngine(engine: EngineName): string | null {
  try {
    FINDERS[engine]();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const asked = process.argv.slice(2);
  for (const engine of ENGINES.filter((name) => asked.length === 0 || asked.includes(name))) {
    const missing = missingEngine(engine);
    if (missing === null) console.log(`${engine}: ${FINDERS[engine]()}`);
    else {
      console.error(missing);
      process.exitCode = 1;
    }
  }
}
