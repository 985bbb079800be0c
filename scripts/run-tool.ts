/** Runs programs of packages as `npx` would, without a shell. */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * Runs a package's program in the project's root with its output streaming by.
 *
 * @param program path of its file under node_modules.
 * @returns its exit status; 1 where a signal ended it.
 */
export function runTool(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules", program), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: "inherit",
    });
    child.on("error", fail);
    child.on("close", (status) => done(status ?? 1));
  });
}
