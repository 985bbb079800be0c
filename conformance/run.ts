/** Runs the conformance suite: Vitest in Deno, on Mesa's software GPU or, with PIVOTSCOPE_GPU=real, the machine's own. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { driverEnvironment, HOW_TO_GET_A_DRIVER, runtimeFolder } from "../scripts/vulkan-driver.ts";

const root = resolve(import.meta.dirname, "..");
const deno = join(import.meta.dirname, "node_modules", "deno", "bin.cjs");

/** Deno takes packages from node_modules and keeps no lock of its own. */
const DENO = ["run", "--allow-all", "--no-lock", "--node-modules-dir=manual", "--quiet"];

/** Resolves to the exit status of a command whose output streams by. */
function command(name: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(name, args, { cwd: root, env: environment, stdio: "inherit" });
    child.on("error", fail);
    child.on("close", (status) => done(status ?? 1));
  });
}

/**
 * Resolves to Vitest's exit status; installs Deno where it is missing.
 *
 * @param report file for Vitest's JSON report.
 * @throws Error where there is no driver, or Deno cannot be installed.
 */
export async function runConformance(report: string): Promise<number> {
  const driver = driverEnvironment();
  if (driver === null) throw new Error(HOW_TO_GET_A_DRIVER);
  if (!existsSync(deno)) {
    console.log("Installing Deno for the conformance suite: npm ci --prefix conformance");
    // The npm that runs this script; Windows has no program of that name.
    const npm = process.env.npm_execpath;
    const [name, ...first] = npm ? [process.execPath, npm] : ["npm"];
    if ((await command(name as string, [...first, "ci", "--prefix", "conformance"])) !== 0) {
      throw new Error("Deno could not be installed: npm ci --prefix conformance failed.");
    }
  }
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "conformance/vitest.config.ts"];
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
  return command(process.execPath, [deno, ...DENO, ...vitest, ...reporters], {
    ...process.env,
    ...driver,
    XDG_RUNTIME_DIR: runtimeFolder(),
    // What it caches belongs to this folder and not to the user's.
    DENO_DIR: join(import.meta.dirname, "node_modules", ".deno"),
    DENO_NO_UPDATE_CHECK: "1",
  });
}
