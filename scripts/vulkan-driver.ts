/**
 * Finds the Vulkan driver that tests outside of a browser run on, and says what to set for it. Run as a script it prints
 * that, or says how to get a driver and exits with 1.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where Linux keeps the descriptions of Vulkan drivers. */
const DRIVERS = "/usr/share/vulkan/icd.d";

/** What the search reads, so that it can be tested without a machine of every kind. */
export interface DriverSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Names in a folder; none where it is absent. */
  readonly list: (folder: string) => readonly string[];
}

const THIS_MACHINE: DriverSearch = {
  environment: process.env,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
};

export const HOW_TO_GET_A_DRIVER =
  "Mesa's software Vulkan driver (lavapipe) is absent: apt-get install mesa-vulkan-drivers libvulkan1 (Debian, Ubuntu), " +
  "or PIVOTSCOPE_GPU=real for this machine's own GPU.";

/**
 * What to set for a process so that it takes Mesa's llvmpipe, and results do not depend on the machine; PIVOTSCOPE_GPU=real takes
 * the machine's own GPU. Null where the driver is absent.
 */
export function driverEnvironment(search: DriverSearch = THIS_MACHINE): Readonly<Record<string, string>> | null {
  if (search.environment.PIVOTSCOPE_GPU === "real") return {};
  const name = search.list(DRIVERS).find((file) => /^lvp_icd\..*json$/.test(file));
  if (name === undefined) return null;
  const path = join(DRIVERS, name);
  // Loaders before 1.3.207 know only the second.
  return { VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path };
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
