/**
 * onnxruntime-node for Linux reports home unless it is told not to. Both tests also run the bare library, so that a version
 * that no longer does it, or does it otherwise, fails here. The bare one never has a network when it would send something.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";

const PROGRAM = [process.execPath, "--import", "tsx", resolve(import.meta.dirname, "testing/run-one-graph.ts")];
/** Runs a command without a network and writes down which sockets it opens. */
const watched = (trace: string) => ["unshare", "-rn", "strace", "-f", "-qq", "-e", "trace=socket", "-o", trace];

const folder = mkdtempSync(join(tmpdir(), "pivotscope-telemetry-"));
const running: ChildProcess[] = [];
afterAll(() => {
  // The whole group: whoever watches, and whom it watches.
  for (const { pid } of running) if (pid) process.kill(-pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a command whose home is an empty folder, without the variables of this process; ready when it has run its graph. */
async function start(home: string, [command = "", ...options]: readonly string[]): Promise<ChildProcess> {
  mkdirSync(home, { recursive: true });
  const env = { PATH: process.env.PATH, HOME: home };
  const child = spawn(command, options, { env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  expect(String((await once(child.stdout as NonNullable<typeof child.stdout>, "data"))[0]).trim()).toBe("3 -4");
  return child;
}

const filesIn = (home: string) =>
  readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

/** Sockets of the internet that a watched command has opened so far. */
const socketsIn = (trace: string) => (existsSync(trace) ? readFileSync(trace, "utf8").match(/AF_INET6?/g) : null) ?? [];

describe.skipIf(process.platform !== "linux")("onnxruntime-node's telemetry", () => {
  it("writes no device id and no database", async () => {
    for (const [name, options, files] of [
      ["ours", [], 0],
      ["bare", ["--bare"], 2],
    ] as const) {
      const home = join(folder, name);
      const child = await start(home, [...PROGRAM, ...options]);
      if (child.exitCode === null) await once(child, "exit");
      expect(filesIn(home), name).toHaveLength(files);
    }
  });

  const canWatch = spawnSync("sh", ["-c", `${watched("/dev/null").join(" ")} true`]).status === 0;
  if (!canWatch)
    console.warn("SKIPPED: whether a socket is opened; that needs strace and a network namespace (unshare).");
  it.skipIf(!canWatch)("opens no socket for as long as the bare library needs to open one", async () => {
    const trace = (name: string) => join(folder, `${name}.trace`);
    const run = async (name: string, options: readonly string[]) => {
      const command = [...watched(trace(name)), ...PROGRAM, "--stay", ...options];
      running.push(await start(join(folder, `watched-${name}`), command));
    };
    await run("ours", []);
    await run("bare", ["--bare"]);
    await vi.waitUntil(() => socketsIn(trace("bare")).length > 0, { timeout: 50_000, interval: 200 });
    expect(socketsIn(trace("ours"))).toEqual([]);
  });
});
