/** Calls a module of `training/foreign`, in which other people's programs open what we wrote. For the suite "foreign". */
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { projectRoot } from "./shared.ts";

/**
 * What `python -m training.foreign.MODULE` answers to `request`: JSON in and JSON out.
 * @throws Error with the end of what it printed where it fails.
 */
export async function askForeign<Answer>(module: string, request: unknown): Promise<Answer> {
  const environment = {
    ...process.env,
    // Nothing is fetched, and remote code is not kept among the user's.
    HF_HUB_OFFLINE: "1",
    HF_HOME: join(tmpdir(), `pivotscope-foreign-${process.pid}`),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const child = spawn(inject("foreignPython"), ["-m", `training.foreign.${module}`], {
    cwd: projectRoot,
    env: environment,
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (output += String(data)));
  child.stderr.on("data", (data: Buffer) => (errors += String(data)));
  child.stdin.end(JSON.stringify(request));
  const status = await new Promise((done, fail) => child.on("error", fail).on("close", done));
  if (status === 0) return JSON.parse(output) as Answer;
  throw new Error(`training.foreign.${module} ended with status ${status}.\n${errors.slice(-3000)}`);
}
