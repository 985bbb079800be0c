/**
 * Finds the software Vulkan drivers that tests outside of a browser run on, and says what to set for them: Mesa's
 * llvmpipe for wgpu (Deno, Firefox), and the SwiftShader that Chromium carries for Dawn in Node. Run as a script it prints
 * what to set for the first, or says how to get it and exits with 1.
 */
import { existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { findBrowser } from "./find-browser.ts";

/** Where Linux keeps the descriptions of Vulkan drivers. */
const DRIVERS = "/usr/share/vulkan/icd.d";
/** Where Linux distributions keep the files of a browser whose program on the PATH is a script. */
const BROWSER_FOLDERS = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
];

/** What the search reads, so that it can be tested without a machine of every kind. */
export interface DriverSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Names in a folder; none where it is absent. */
  readonly list: (folder: string) => readonly string[];
  /** Folder of the browser that tests run in; null without one. */
  readonly browserFolder: () => string | null;
}

type Variables = Readonly<Record<string, string>>;

const THIS_MACHINE: DriverSearch = {
  environment: process.env,
  platform: process.platform,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  browserFolder: () => {
    try {
      return dirname(realpathSync(findBrowser()));
    } catch {
      return null;
    }
  },
};

export const HOW_TO_GET_A_DRIVER =
  "Mesa's software Vulkan driver (llvmpipe) is absent: apt-get install mesa-vulkan-drivers libvulkan1 (Debian, Ubuntu), " +
  "or PIVOTSCOPE_GPU=real for this machine's own GPU.";

/** Loaders before 1.3.207 know only the second name. */
const driverAt = (path: string): Variables => ({ VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path });

/**
 * What to set for a process so that it takes Mesa's llvmpipe, and results do not depend on the machine; PIVOTSCOPE_GPU=real takes
 * the machine's own GPU. Null where the driver is absent.
 */
export function driverEnvironment(search: DriverSearch = THIS_MACHINE): Variables | null {
  if (search.environment.PIVOTSCOPE_GPU === "real") return {};
  const name = search.list(DRIVERS).find((file) => /^lvp_icd\..*json$/.test(file));
  return name === undefined ? null : driverAt(join(DRIVERS, name));
}

/** What to set for a Node process that is to compute on Chromium's SwiftShader, or null where there is none. Linux only. */
export function swiftShaderEnvironment(search: DriverSearch = THIS_MACHINE): Variables | null {
  if (search.platform !== "linux") return null;
  const name = "vk_swiftshader_icd.json";
  const folders = [search.browserFolder(), ...BROWSER_FOLDERS].filter((folder) => folder !== null);
  const folder = folders.find((candidate) => search.list(candidate).includes(name));
  // Chromium's own loader of drivers, for systems that have none.
  return folder === undefined ? null : { ...driverAt(join(folder, name)), LD_LIBRARY_PATH: folder };
}

export const WHY_NO_SWIFTSHADER =
  "no SwiftShader was found beside a Chromium (Linux only): apt-get install chromium (Debian, Ubuntu) brings both";

/** Why a suite that needs SwiftShader is skipped. Throws in CI, where Chromium has to be there. */
export function withoutSwiftShader(suite: string): string {
  if (process.env.CI) throw new Error(`${suite} cannot run: ${WHY_NO_SWIFTSHADER}.`);
  console.warn(`SKIPPED ${suite}: ${WHY_NO_SWIFTSHADER}.`);
  return WHY_NO_SWIFTSHADER;
}

/** A folder for what wgpu keeps while it runs: without one named it complains in every process. */
export function runtimeFolder(environment: DriverSearch["environment"] = process.env): string {
  if (environment.XDG_RUNTIME_DIR) return environment.XDG_RUNTIME_DIR;
  const folder = join(tmpdir(), "pivotscope-runtime");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const found = driverEnvironment();
  if (found) console.log(found.VK_DRIVER_FILES ?? "the machine's own GPU");
  else {
    console.error(HOW_TO_GET_A_DRIVER);
    process.exitCode = 1;
  }
}
