/**
 * A Vulkan driver for tests of WebGPU in Node: SwiftShader, which Chromium carries beside itself, with the loader that
 * finds it. Node only.
 */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { findBrowser } from "../../scripts/find-browser.ts";

/** Where Linux distributions keep the files of a browser whose program on the PATH is a script. */
const FOLDERS = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/usr/lib64/chromium-browser", "/opt/google/chrome"];

function browserFolder(): readonly string[] {
  try {
    return [dirname(realpathSync(findBrowser()))];
  } catch {
    return [];
  }
}

/** The environment of a process that is to compute on SwiftShader, or null where there is none. Linux only. */
export function softwareVulkan(): Readonly<Record<string, string>> | null {
  if (process.platform !== "linux") return null;
  const driver = (folder: string) => join(folder, "vk_swiftshader_icd.json");
  const folder = [...browserFolder(), ...FOLDERS].find((candidate) => existsSync(driver(candidate)));
  if (folder === undefined) return null;
  // Chromium's own loader of drivers, for systems that have none.
  return { VK_DRIVER_FILES: driver(folder), VK_ICD_FILENAMES: driver(folder), LD_LIBRARY_PATH: folder };
}

/** Why a suite that needs the driver is skipped. Throws in CI, where Chromium has to be there. */
export function withoutSoftwareVulkan(suite: string): string {
  const reason = "no SwiftShader was found beside a Chromium (Linux only)";
  if (process.env.CI) throw new Error(`${suite} cannot run: ${reason}. Install Chromium.`);
  console.warn(`SKIPPED ${suite}: ${reason}.`);
  return reason;
}
