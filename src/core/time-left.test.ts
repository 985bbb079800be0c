import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTimeLeft } from "./time-left.ts";
import { timeLeftText } from "./words.ts";

/**
 * Runs of the bundled model in Node on two cores that did other work too (three to nine times as much as they could):
 * seconds, block, kind, units of the kind, units done, of all. Work that is below a row is done with that row's block.
 */
interface RecordedRun {
  readonly name: string;
  readonly kinds: number;
  readonly seconds: number;
  /** What is said of the time left lies within this factor of it while more than ten seconds are left. */
  readonly factor: number;
  readonly rows: readonly (readonly [number, number, number, number, number, number])[];
}

const runs: readonly RecordedRun[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "testing", "recorded-runs.json"), "utf8"),
);

/** Seconds; below this nobody waits for what was said. */
const SHORT = 10;

describe.each(runs)("$name, as it was recorded", ({ kinds, seconds, factor, rows }) => {
  const timeLeft = createTimeLeft();
  const said = rows.flatMap(([now, block, kind, ofKind, done, total]) => {
    const note = { block: `${block}`, kind: `${kind}`, ofKind, kinds, done, total };
    const found = timeLeft(note, now);
    return found === null ? [] : [{ ...found, now, truth: seconds - now, share: done / total }];
  });

  it(`is estimated within a factor of ${factor}`, () => {
    const long = said.filter(({ truth }) => truth > SHORT);
    for (const { low, high, truth } of long) {
      const middle = (low + high) / 2;
      expect(high).toBeGreaterThanOrEqual(low);
      expect(Math.max(middle / truth, truth / middle)).toBeLessThan(factor);
      expect(Math.max(low / truth, truth / high)).toBeLessThan(factor);
    }
    expect(long.length).toBeGreaterThan(20);
  });

  it("is estimated before half of it is done, and not at once", () => {
    expect(said[0]?.share).toBeLessThan(0.5);
    expect(said[0]?.share).toBeGreaterThan(0);
  });
});

describe("time left", () => {
  const note = (block: number, kind: number, done: number) => ({
    ...{ block: `${block}`, kind: `${kind}`, ofKind: 12, kinds: 2, done, total: 24 },
  });

  it("leaves out what the first block takes, and is of its kind what is left of each", () => {
    const timeLeft = createTimeLeft();
    // Twelve units of kind 0 take a second each, those of kind 1 ten; the first block takes a minute more.
    expect(timeLeft(note(0, 0, 0), 0)).toBeNull();
    expect(timeLeft(note(1, 1, 4), 64)).toBeNull();
    expect(timeLeft(note(2, 0, 8), 104)).toBeNull();
    const found = timeLeft(note(3, 1, 12), 108);
    // Four units of kind 0 and eight of kind 1 are left.
    expect(found?.low).toBeCloseTo(0.85 * 84, 6);
    expect(found?.high).toBeCloseTo(1.2 * 84, 6);
    // Half of the block at hand is done with after twenty seconds.
    expect(timeLeft(note(3, 1, 14), 128)?.high).toBeCloseTo(1.2 * 84 - 20, 6);
    // A block that hangs does not make the rest shorter.
    expect(timeLeft(note(3, 1, 14), 1000)?.high).toBeCloseTo(1.2 * 84 - 40, 6);
  });

  it("says nothing while half of the kinds are still to come", () => {
    const timeLeft = createTimeLeft();
    const of = (block: number, done: number) => ({ ...note(block, block, done), kinds: 9, total: 108 });
    for (const block of [0, 1, 2, 3, 4]) expect(timeLeft(of(block, 4 * block), 5 * block)).toBeNull();
    expect(timeLeft(of(5, 20), 25)).not.toBeNull();
  });
});

it("is said as one time where both ends are near each other, as two where they are not", () => {
  expect(timeLeftText({ low: 25, high: 35 })).toBe("about 30 s");
  expect(timeLeftText({ low: 20, high: 200 })).toBe("20 s to 4 min");
  expect(timeLeftText({ low: 0, high: 8 })).toBe("up to 8 s");
});
