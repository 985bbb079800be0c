/** Quantities in the words of sentences. */
import type { TimeLeft } from "./time-left.ts";

/** "1 token", "2 tokens", "1,200 tokens". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : nouns}`;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "40 s", "3 min", "2 h 10 min", "3 days": a time in the unit that suits it, rounded up in steps that do not flicker. */
export function formatDuration(seconds: number): string {
  if (!(seconds < 1000 * DAY)) return "years";
  if (seconds < 10) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 90) return `${Math.ceil(seconds / 5) * 5} s`;
  if (seconds <= 90 * MINUTE) return `${Math.ceil(seconds / MINUTE)} min`;
  if (seconds <= 10 * HOUR) {
    const minutes = Math.ceil(seconds / MINUTE / 5) * 5;
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  return seconds <= 2 * DAY ? `${Math.ceil(seconds / HOUR)} h` : `${Math.ceil(seconds / DAY)} days`;
}

/** How far apart both ends may lie for one number to stand for both. */
const ONE_NUMBER = 1.5;

/** "about 30 s", "2 min to 5 min", "up to 10 s". */
export function timeLeftText({ low, high }: TimeLeft): string {
  if (high <= ONE_NUMBER * low || formatDuration(low) === formatDuration(high)) {
    return `about ${formatDuration((low + high) / 2)}`;
  }
  return low < 1 ? `up to ${formatDuration(high)}` : `${formatDuration(low)} to ${formatDuration(high)}`;
}
