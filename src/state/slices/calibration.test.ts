import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../testing/harness.ts";
import { opened, until } from "../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

it("estimates the time left from the passes, not from the traces that were written before", async () => {
  harness = await opened();
  const fake = harness.fake();
  const { calibrate } = fake;
  const secondsLeft: (number | null)[] = [];
  fake.calibrate = async (parameters, call) => {
    const common = { samples: 8, layer: 0, layers: 6 };
    const shows = async (sample: number, pass: "traces" | "forward", fraction: number) => {
      call?.onProgress?.({ ...common, sample, pass, fraction });
      await until(harness, ({ calibration: { progress } }) => progress?.pass === pass && progress.sample === sample);
      secondsLeft.push(harness.workbench.store.getState().calibration.progress?.secondsLeft ?? null);
    };
    await shows(0, "traces", 0);
    harness.elapse(600_000);
    await shows(8, "traces", 0);
    harness.elapse(5_000);
    await shows(2, "forward", 0.25);
    return calibrate(parameters, call);
  };
  await harness.workbench.actions.calibration.start();
  // A quarter took five seconds; the ten minutes before are not the passes' pace.
  expect(secondsLeft).toEqual([null, null, 15]);
  expect(harness.workbench.store.getState().calibration).toMatchObject({ status: "done", seconds: 605 });
});
