/** Resident memory of a browser's processes, read from Linux' /proc; null elsewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

function statusOf(process: string) {
  try {
    const status = readFileSync(`/proc/${process}/status`, "utf8");
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return { parent: number("PPid"), bytes: number("VmRSS") * 1024 };
  } catch {
    return null; // It has ended meanwhile.
  }
}

/** Bytes of the largest process below `root`, which is the page's. */
export function largestChild(root: number): number | null {
  if (!existsSync("/proc/self/status")) return null;
  const statuses = new Map<number, { parent: number; bytes: number }>();
  for (const name of readdirSync("/proc")) {
    const status = /^\d+$/.test(name) ? statusOf(name) : null;
    if (status) statuses.set(Number(name), status);
  }
  const isBelow = (process: number): boolean => {
    const parent = statuses.get(process)?.parent ?? 0;
    return parent === root || (parent > 1 && isBelow(parent));
  };
  return Math.max(0, ...[...statuses].filter(([process]) => isBelow(process)).map(([, { bytes }]) => bytes));
}

/** Watches the largest process below `root`; `take` gives the peak since the last call. */
export function watchMemory(root: number): { take(): number | null; stop(): void } {
  let peak = largestChild(root);
  const timer = setInterval(() => {
    const now = largestChild(root);
    if (now !== null) peak = Math.max(peak ?? 0, now);
  }, 100);
  return {
    take() {
      const taken = peak;
      peak = largestChild(root);
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}
