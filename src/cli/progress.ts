/** One line on standard error that is drawn over itself; nothing where standard error is no terminal. */
import type { TimeLeft } from "../core/time-left.ts";
import { timeLeftText } from "../core/words.ts";
import type { LoadProgress } from "../engine/contract.ts";
import type { CommandContext } from "./context.ts";
import { printable } from "./printable.ts";

export interface ProgressLine {
  show(text: string): void;
  /** Takes the line away, before anything else is written. */
  clear(): void;
}

/** Carriage return, then "erase to the end of the line". */
const START_OVER = "\r\u001B[K";

export function createProgressLine({ showProgress, writeError }: CommandContext): ProgressLine {
  let shown = "";
  const draw = (text: string) => {
    if (!showProgress || text === shown) return;
    writeError(`${START_OVER}${printable(text)}`);
    shown = text;
  };
  return { show: draw, clear: () => draw("") };
}

export function percent(done: number, total: number): string {
  return `${Math.floor((100 * done) / total)} %`;
}

/** ", about 40 s left"; nothing while it is not known. */
export function describeLeft(left: TimeLeft | null): string {
  return left === null ? "" : `, ${timeLeftText(left)} left`;
}

/** What is being loaded, for people. */
export function describeLoading({ stage, done, total, item }: LoadProgress): string {
  const what = { files: "Reading", weights: "Loading", check: "Checking" }[stage];
  return total === 0 ? `${what} ${item}` : `${what} ${item}: ${percent(done, total)}`;
}
