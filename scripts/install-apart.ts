/** Packages with a package.json of their own, kept apart from the project's install and installed when they are first needed. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** Resolves to the exit status of a command whose output streams by. */
export function runCommand(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(name, args, { cwd: ROOT, env: environment, stdio: "inherit" });
    child.on("error", fail);
    child.on("close", (status) => done(status ?? 1));
  });
}

/**
 * Path of the node_modules in `folder` of the project, with `program` in it; installs what its lock file says where that is
 * missing.
 *
 * @throws Error where it cannot be installed.
 */
export async function installedApart(folder: string, program: string): Promise<string> {
  const modules = join(ROOT, folder, "node_modules");
  if (existsSync(join(modules, program))) return modules;
  console.log(`Installing ${program}: npm ci --prefix ${folder}`);
  // The npm that runs this script; Windows has no program of that name.
  const npm = process.env.npm_execpath;
  const [name, ...first] = npm ? [process.execPath, npm] : ["npm"];
  if ((await runCommand(name as string, [...first, "ci", "--prefix", folder])) !== 0) {
    throw new Error(`${program} could not be installed: npm ci --prefix ${folder} failed.`);
  }
  return modules;
}
