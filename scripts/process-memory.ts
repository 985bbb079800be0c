/** Memory of processes, read from Linux' /proc; null elsewhere. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

export interface ProcessMemory {
  readonly residentBytes: number;
  /** What of it is shared with other processes, such as buffers on their way to the GPU's process. */
  readonly sharedBytes: number;
  /** Most that was resident since the process began or `resetPeak` was called. */
  readonly peakBytes: number;
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // The process has ended meanwhile.
  }
}

/** Null where there is no /proc or no such process. */
export function memoryOf(pid: number): ProcessMemory | null {
  const status = read(`/proc/${pid}/status`);
  if (status === null) return null;
  const bytes = (name: string) => field(status, name) * 1024;
  return { residentBytes: bytes("VmRSS"), sharedBytes: bytes("RssShmem"), peakBytes: bytes("VmHWM") };
}

/** Lets the peak begin anew. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Without the right to do so, or elsewhere than on Linux, peaks are those of the whole life.
  }
}

/** Ids of the processes below `root` by Chromium's name of what they do, "browser" for one without; empty without /proc. */
export function processesBelow(root: number): Map<number, string> {
  const parents = new Map<number, number>();
  if (!existsSync("/proc/self/status")) return new Map();
  for (const name of readdirSync("/proc")) {
    const status = /^\d+$/.test(name) ? read(`/proc/${name}/status`) : null;
    if (status !== null) parents.set(Number(name), field(status, "PPid"));
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid) ?? 0;
    return parent === root || (parent > 1 && isBelow(parent));
  };
  const kind = (pid: number) => /--type=([\w-]+)/.exec(read(`/proc/${pid}/cmdline`) ?? "")?.[1] ?? "browser";
  return new Map([...parents.keys()].filter(isBelow).map((pid) => [pid, kind(pid)]));
}
