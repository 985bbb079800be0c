import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memoryOf, processesBelow, resetPeak } from "./process-memory.ts";

const linux = existsSync("/proc/self/status");
if (!linux) console.warn('SKIPPED "memory of processes": there is no /proc on this system.');

describe.skipIf(!linux)("memory of processes", () => {
  it("counts what is resident, and the peak", () => {
    resetPeak(process.pid);
    const before = memoryOf(process.pid);
    const block = new Uint8Array(2 ** 27).fill(1);
    const during = memoryOf(process.pid);
    expect((during?.residentBytes ?? 0) - (before?.residentBytes ?? 0)).toBeGreaterThan(block.length / 2);
    expect((during?.peakBytes ?? 0) - (before?.residentBytes ?? 0)).toBeGreaterThan(block.length / 2);
  });

  it("finds a child by what it is, and nothing of a process that has ended", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "--", "--type=renderer"]);
    await new Promise((resolve) => child.once("spawn", resolve));
    expect(processesBelow(process.pid).get(child.pid ?? 0)).toBe("renderer");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
    expect(processesBelow(process.pid).has(child.pid ?? 0)).toBe(false);
    expect(memoryOf(child.pid ?? 0)).toBeNull();
  });
});
