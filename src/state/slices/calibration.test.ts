import { afterEach, expect, it } from "vitest";
import type { TimeLeft } from "../../core/time-left.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { opened, until } from "../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

it("estimates the time left from the passes, not from the traces that were written before", async () => {
  harness = await opened();
  const fake = harness.fake();
  const { calibrate } = fake;
  const left: (TimeLeft | null)[] = [];
  fake.calibrate = async (parameters, call) => {
    // A measurement that has come due goes in between; what is left of the calibration takes no time.
    fake.calibrate = calibrate;
    const common = { samples: 8, layer: 0, layers: 6 };
    const shows = async (sample: number, pass: "traces" | "forward", fraction: number) => {
      call?.onProgress?.({ ...common, sample, pass, fraction });
      await until(harness, ({ calibration: { progress } }) => progress?.pass === pass && progress.sample === sample);
      left.push(harness.workbench.store.getState().calibration.progress?.left ?? null);
    };
    await shows(0, "traces", 0);
    harness.elapse(600_000);
    await shows(8, "traces", 0);
    for (const sample of [1, 2, 3, 4]) {
      await shows(sample, "forward", sample / 8);
      // The first run takes twenty seconds more than the others.
      harness.elapse(sample === 1 ? 25_000 : 5_000);
    }
    return calibrate(parameters, call);
  };
  await harness.workbench.actions.calibration.start();
  // Five samples are left when the fourth run begins: neither the ten minutes before nor the first run are the pace.
  expect(left.slice(0, 5)).toEqual([null, null, null, null, null]);
  expect(left[5]?.low).toBeCloseTo(0.85 * 25, 6);
  expect(left[5]?.high).toBeCloseTo(1.2 * 25, 6);
  expect(harness.workbench.store.getState().calibration).toMatchObject({ status: "done", seconds: 640 });
});
