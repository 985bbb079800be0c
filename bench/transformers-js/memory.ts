/** Memory and time of a browser's processes, read from Linux' /proc; null elsewhere. */
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

/** The largest process below `root`, which is the page's. */
function pageProcess(root: number): { readonly process: number; readonly bytes: number } | null {
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
  const below = [...statuses]
    .filter(([process]) => isBelow(process))
    .map(([process, { bytes }]) => ({ process, bytes }));
  return below.sort((a, b) => b.bytes - a.bytes)[0] ?? null;
}

/** Ticks of the clock in /proc, per second. */
const TICKS = 100;

/** Seconds of processor time that the largest process below `root` has used: what others do meanwhile changes them little. */
export function processorSeconds(root: number): number | null {
  const found = pageProcess(root);
  if (!found) return null;
  // The name of the process, in brackets, may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = readFileSync(`/proc/${found.process}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Watches the largest process below `root`; `take` gives the peak since the last call. */
export function watchMemory(root: number): { take(): number | null; stop(): void } {
  let peak = pageProcess(root)?.bytes ?? null;
  const timer = setInterval(() => {
    const now = pageProcess(root)?.bytes ?? null;
    if (now !== null) peak = Math.max(peak ?? 0, now);
  }, 100);
  return {
    take() {
      const taken = peak;
      peak = pageProcess(root)?.bytes ?? null;
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}
