/** Statistics that need no calibration: brought along by the model, or kept from an earlier one. */
import { afterEach, describe, expect, it } from "vitest";
import { defaultParameters } from "../../core/parameters.ts";
import { fakeLayout, fakeSummary } from "../../engine/testing/fake-model.ts";
import { fakeStatistics } from "../../engine/testing/fake-statistics.ts";
import { writeStatistics } from "../../models/statistics-file/write-statistics.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { opened } from "../testing/journey.ts";
import { calibrationKey, calibrationOutdated } from "./calibration.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const calibrations = () => harness.fake().calls.filter(({ kind }) => kind === "calibrate").length;

const LAYOUT = fakeLayout();
const ABOUT = { weight_hash: fakeSummary("fake", "cpu", LAYOUT).weightHash, parameters: { window: 2 } };
const FILE = "http://page/models/fake/statistics.safetensors";

/** A page whose model brings statistics of 384 samples along. */
function bringing(
  about: Readonly<Record<string, unknown>> = ABOUT,
  change = (bytes: Uint8Array<ArrayBuffer>) => bytes,
) {
  harness = createHarness();
  const models = [{ name: "fake", label: "Fake", url: "models/fake/", statistics: "statistics.safetensors" }];
  harness.files.set("models/index.json", { models });
  const bytes = writeStatistics(LAYOUT, { ...fakeStatistics(LAYOUT), samples: 384 }, about);
  harness.files.set(FILE, new Blob([change(bytes)]));
  return harness;
}

describe("statistics that the model brings along", () => {
  it("make the plan without a calibration, and say so", async () => {
    await opened(bringing());
    expect(calibrations()).toBe(0);
    expect(state().calibration).toMatchObject({ origin: "beforehand", seconds: null, statistics: { samples: 384 } });
    expect(state().calibration.statisticsKey).toBe(calibrationKey(state()));
    expect(state().pruning.frame).not.toBeNull();
  });

  it("are made again on one press", async () => {
    await opened(bringing());
    await actions().calibration.start();
    expect(calibrations()).toBe(1);
    expect(state().calibration).toMatchObject({ origin: "here", statistics: { samples: 8 } });
  });

  it("are outdated once another constant enters the calibration, and not replaced by themselves", async () => {
    await opened(bringing());
    actions().pruning.setParameter("window", 3);
    expect(calibrationOutdated(state())).toBe(true);
    expect(calibrations()).toBe(0);
  });

  it.each([
    ["of other weights", () => bringing({ ...ABOUT, weight_hash: "fedcba" })],
    ["made with other constants", () => bringing({ ...ABOUT, parameters: { window: 5 } })],
    ["made with constants that do not exist", () => bringing({ ...ABOUT, parameters: { windows: 2 } })],
    ["cut short", () => bringing(ABOUT, (bytes) => bytes.slice(0, -1))],
    [
      "not there",
      () => {
        bringing().files.delete(FILE);
        return harness;
      },
    ],
  ])("are not taken where they are %s: the model is calibrated", async (_, page) => {
    await opened(page());
    expect(calibrations()).toBe(1);
    expect(state().calibration.origin).toBe("here");
  });

  it("are not those of fewer samples, which a link asks for", async () => {
    bringing();
    actions().calibration.setSampleLimit(4);
    await opened(harness);
    expect(calibrations()).toBe(1);
  });

  it("are those of the default constants, whatever enters only the plan", async () => {
    expect(defaultParameters().gammaScale).not.toBe(0);
    await opened(bringing({ ...ABOUT, parameters: { window: 2, gammaScale: 0 } }));
    expect(calibrations()).toBe(0);
  });
});

describe("statistics that the browser keeps", () => {
  it("are there after a reload, without a calibration", async () => {
    await opened();
    harness = await opened();
    const { records } = harness;
    const { statistics } = state().calibration;
    await expect.poll(() => records.lists.get("finished calibrations")).toEqual([[calibrationKey(state())]]);
    harness.workbench.close();
    harness = await opened(createHarness(records));
    expect(calibrations()).toBe(0);
    expect(state().calibration).toMatchObject({ origin: "kept", seconds: null });
    expect(state().calibration.statistics).toEqual(statistics);
  });

  it("are those of the latest three calibrations", async () => {
    harness = await opened();
    for (const window of [3, 4, 5]) {
      actions().pruning.setParameter("window", window);
      await actions().calibration.start();
    }
    const kept = () => [...harness.records.lists.keys()].filter((key) => key.startsWith("statistics "));
    await expect.poll(() => kept().map((key) => /"window":(\d)/.exec(key)?.[1])).toEqual(["3", "4", "5"]);
  });

  it("are not taken where they do not fit the model", async () => {
    harness = await opened();
    const { records } = harness;
    const place = `statistics ${calibrationKey(state())}`;
    await expect.poll(() => records.lists.has(place)).toBe(true);
    const statistics = { ...fakeStatistics(LAYOUT), cmds: new Float64Array(1) };
    await records.replace(place, { version: 1, statistics });
    harness.workbench.close();
    harness = await opened(createHarness(records));
    expect(calibrations()).toBe(1);
  });

  it("are not missed where the browser keeps nothing", async () => {
    harness = createHarness();
    harness.records.failWith(new Error("blocked"));
    await opened(harness);
    expect(calibrations()).toBe(1);
  });
});
