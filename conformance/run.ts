/** Runs the conformance suite: Vitest in Deno, on Mesa's software GPU or, with PIVOTSCOPE_GPU=real, the machine's own. */
import { join } from "node:path";
import { installedApart, runCommand } from "../scripts/install-apart.ts";
import { driverEnvironment, HOW_TO_GET_A_DRIVER, runtimeFolder } from "../scripts/vulkan-driver.ts";

/** Deno takes packages from node_modules and keeps no lock of its own. */
const DENO = ["run", "--allow-all", "--no-lock", "--node-modules-dir=manual", "--quiet"];

/**
 * Resolves to Vitest's exit status; installs Deno where it is missing.
 *
 * @param report file for Vitest's JSON report.
 * @throws Error where there is no driver, or Deno cannot be installed.
 */
export async function runConformance(report: string): Promise<number> {
  const driver = driverEnvironment();
  if (driver === null) throw new Error(HOW_TO_GET_A_DRIVER);
  const modules = await installedApart("conformance", "deno");
  const deno = join(modules, "deno", "bin.cjs");
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "conformance/vitest.config.ts"];
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
  return runCommand(process.execPath, [deno, ...DENO, ...vitest, ...reporters], {
    ...process.env,
    ...driver,
    XDG_RUNTIME_DIR: runtimeFolder(),
    // What it caches belongs to this folder and not to the user's.
    DENO_DIR: join(modules, ".deno"),
    DENO_NO_UPDATE_CHECK: "1",
  });
}
