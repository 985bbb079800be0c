import { describe, expect, it } from "vitest";
import { expectNear, recordedRuns } from "./testing/recorded-runs.ts";
import { createCalibrationTime } from "./time-left.ts";
import { timeLeftText } from "./words.ts";

const calibrations = recordedRuns.filter(({ kinds }) => kinds === 1);

describe.each(calibrations)("$name, as it was recorded in $seconds s", (run) => {
  it("is estimated after the first runs, and within $factor", () => {
    const timeLeft = createCalibrationTime();
    const said = run.rows.flatMap(([now, sample, , , done, samples]) => {
      const found = timeLeft({ pass: "forward", sample, samples }, now);
      return found === null ? [] : [{ ...found, truth: run.seconds - now, share: done / samples }];
    });
    expect(said[0]?.share).toBeGreaterThan(0);
    expect(said[0]?.share).toBeLessThan(0.1);
    expectNear(said, run);
  });
});

describe("the time left of a calibration", () => {
  it("leaves out what the first run takes, and what the run at hand has taken", () => {
    const timeLeft = createCalibrationTime();
    const at = (sample: number, now: number) => timeLeft({ pass: "forward", sample, samples: 20 }, now);
    expect(at(2, 0)).toBeNull();
    expect(at(4, 60)).toBeNull();
    expect(at(6, 62)).toBeNull();
    // A second for each; two of the fourteen that are left are under way.
    expect(at(8, 64)?.low).toBeCloseTo(0.85 * 14, 6);
    expect(at(8, 65)?.high).toBeCloseTo(1.2 * 14 - 1, 6);
    // A run that hangs does not make the rest shorter.
    expect(at(8, 1000)?.high).toBeCloseTo(1.2 * 14 - 2, 6);
  });

  it("is unknown while traces are written, and begins anew with another worker", () => {
    const timeLeft = createCalibrationTime();
    const note = { pass: "backward", samples: 20, from: 0 } as const;
    for (const sample of [2, 4, 6, 8]) timeLeft({ ...note, sample }, sample);
    expect(timeLeft({ ...note, sample: 8 }, 8)).not.toBeNull();
    expect(timeLeft({ ...note, pass: "traces", sample: 8 }, 8)).toBeNull();
    expect(timeLeft({ ...note, from: 6, sample: 8 }, 30)).toBeNull();
  });
});

it("is said as one time where both ends are near each other, as two where they are not", () => {
  expect(timeLeftText({ low: 25, high: 35 })).toBe("about 30 s");
  expect(timeLeftText({ low: 20, high: 200 })).toBe("20 s to 4 min");
  expect(timeLeftText({ low: 0, high: 8 })).toBe("up to 8 s");
});
