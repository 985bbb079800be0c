/**
 * Runs of the bundled model in Node on two cores that did other work too (three to nine times as much as they could), and
 * how near what is said of the time left comes to what was left.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { TimeLeft } from "../time-left.ts";

export interface RecordedRun {
  readonly name: string;
  /** Models beside each other; 1 for a calibration. */
  readonly kinds: number;
  readonly seconds: number;
  /** Whether pruned models wrote, too. */
  readonly generate?: boolean;
  /** After 10, 25 and 50 % of the work, what is said lies within this factor of the time left. */
  readonly factor: number;
  /** The same for everything that is said after the first tenth, while more than ten seconds are left. */
  readonly always: number;
  /** Why it is more than 1.5. */
  readonly why?: string;
  /** Seconds, block, kind, units of the kind, units done, of all. Work below a row is done with that row's block. */
  readonly rows: readonly (readonly [number, number, number, number, number, number])[];
}

export interface Said extends TimeLeft {
  /** Seconds that were left, and the share of the work that was done. */
  readonly truth: number;
  readonly share: number;
}

export const recordedRuns: readonly RecordedRun[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "recorded-runs.json"), "utf8"),
);

const TENTH = 0.1;
const MARKS = [TENTH, 0.25, 0.5];

/** Seconds; below this nobody waits for what was said. */
const SHORT = 10;

export function expectNear(said: readonly Said[], { factor, always }: RecordedRun): void {
  const long = said.filter(({ truth, share }) => truth > SHORT && share >= TENTH);
  expect(long.length).toBeGreaterThan(20);
  for (const { low, high, truth } of long) {
    expect(high).toBeGreaterThanOrEqual(low);
    expect(Math.max(low / truth, truth / high)).toBeLessThan(always);
  }
  expect(Math.max(...long.map(distance))).toBeLessThan(always);
  const marked = MARKS.map((mark) => long.find(({ share }) => share >= mark)).filter((one) => one !== undefined);
  expect(marked).toHaveLength(MARKS.length);
  // What is said first after the tenth is not said much later.
  expect(marked[0]?.share).toBeLessThan(2 * TENTH);
  expect(Math.max(...marked.map(distance))).toBeLessThan(factor);
}

/** By which factor the middle of what was said is larger or smaller than what was left. */
function distance({ low, high, truth }: Said): number {
  const middle = (low + high) / 2;
  return Math.max(middle / truth, truth / middle);
}
