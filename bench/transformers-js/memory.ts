/** Memory and time of a browser's processes, read from Linux' /proc; null elsewhere. */
import { readFileSync } from "node:fs";
import { memoryOf, processesBelow } from "../../scripts/process-memory.ts";

/** The largest process below `root`, which is the page's. */
function pageProcess(root: number): { readonly process: number; readonly bytes: number } | null {
  const below = [...processesBelow(root).keys()].flatMap((process) => {
    const memory = memoryOf(process);
    return memory ? [{ process, bytes: memory.residentBytes }] : [];
  });
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
