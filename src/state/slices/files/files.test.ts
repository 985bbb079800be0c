/** Statistics and plans that are opened as files: put to use where they fit, refused in words where they do not. */
import { afterEach, describe, expect, it } from "vitest";
import { defaultParameters } from "../../../core/parameters.ts";
import type { Plan } from "../../../core/plan.ts";
import { serialiseStatistics } from "../../../core/statistics-json.ts";
import { fakeLayout, fakeSummary } from "../../../engine/testing/fake-model.ts";
import { fakeStatistics } from "../../../engine/testing/fake-statistics.ts";
import { writeStatistics } from "../../../models/statistics-file/write-statistics.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { planFile as planFileOf, swapped } from "../../testing/plans.ts";
import { calibratedElsewhere, calibrationOutdated } from "../calibration.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;

const hash = (pruning = state().pruning) => pruning.of?.plan.hash ?? null;
const planHere = () => ({ plan: { hash: hash() } });

const LAYOUT = fakeLayout();
const MODEL = fakeSummary("fake", "cpu", LAYOUT);
const STATISTICS = { ...fakeStatistics(LAYOUT), samples: 384 };
const ABOUT = { model: "fake", weight_hash: MODEL.weightHash, parameters: { window: 3 } };

const json = (about: Readonly<Record<string, unknown>> = ABOUT) => serialiseStatistics(LAYOUT, STATISTICS, about);
const file = (content: string | Uint8Array<ArrayBuffer>, name = "scenes.json") => new File([content], name);

async function fresh(): Promise<void> {
  harness = createHarness();
  await opened(harness);
}

async function open(...files: readonly File[]): Promise<void> {
  await actions().files.open(files);
}

const planFile = (change?: (plan: Plan) => Plan) => planFileOf(state(), change);

describe("a statistics file", () => {
  it.each([
    ["JSON", () => file(json())],
    ["safetensors", () => file(writeStatistics(LAYOUT, STATISTICS, ABOUT), "scenes.json")],
  ])("of %s plans in place of the calibration, with its own constants", async (_, make) => {
    await fresh();
    const before = hash();
    await open(make());
    expect(state().files).toMatchObject({ failure: null, outcome: expect.stringContaining("384 samples") });
    expect(state().calibration).toMatchObject({ origin: "file", file: "scenes.json", status: "done", seconds: null });
    expect(state().calibration.statistics?.samples).toBe(384);
    expect(state().pruning.parameters.window).toBe(3);
    expect(hash()).not.toBeNull();
    expect(before).not.toBeNull();
    expect([calibrationOutdated(state()), calibratedElsewhere(state())]).toEqual([false, false]);
    actions().pruning.setParameter("window", 4);
    expect(calibrationOutdated(state())).toBe(true);
  });

  it("ends a calibration that runs, and is not replaced by what an earlier visit has kept", async () => {
    await fresh();
    void actions().calibration.start();
    await open(file(json()));
    expect(state().calibration).toMatchObject({ status: "done", origin: "file" });
    await actions().calibration.recall();
    expect(state().calibration).toMatchObject({ origin: "file", statistics: { samples: 384 } });
    await actions().calibration.start();
    expect(state().calibration).toMatchObject({ origin: "here", file: null });
  });

  it.each([
    [
      "of other weights",
      () => file(json({ ...ABOUT, model: "other", weight_hash: "f".repeat(64) })),
      /made for other with weights ffff.*this model is fake with weights 0123456789/,
    ],
    ["that names no weights", () => file(json({})), /does not say for which weights/],
    ["of another layout", () => file(json().replace('"text.3.mlp"', '"text.9.mlp"')), /text\.3\.mlp/],
    ["with a constant out of bounds", () => file(json({ ...ABOUT, parameters: { window: -3 } })), /window/],
    ["cut short", () => file(json().slice(0, -20)), /scenes\.json is not valid JSON/],
    ["cut short, as safetensors", () => file(writeStatistics(LAYOUT, STATISTICS, ABOUT).slice(0, -20)), /scenes\.json/],
    ["that is empty", () => file(""), /scenes\.json is empty/],
    ["that is a picture", () => file(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff])), /neither JSON nor a safetensors/],
    [
      "of something else",
      () => file('{"samples":[],"version":1}'),
      /neither statistics nor a plan: it begins with "samples", "version"/,
    ],
    [
      "that is too large",
      () => Object.defineProperty(file(json()), "size", { value: 300e6 }),
      /300\.0 MB; up to 256\.0 MB/,
    ],
  ])("%s is refused, and nothing is lost", async (_, make, message) => {
    await fresh();
    const { calibration, pruning } = state();
    await open(make());
    expect(state().files.failure?.message).toMatch(message);
    expect(state().files.failure?.hint).not.toBe("");
    expect(state().files.outcome).toBeNull();
    expect(state().calibration).toBe(calibration);
    expect(state().pruning).toBe(pruning);
    actions().files.dismiss();
    expect(state().files.failure).toBeNull();
  });

  it("waits for no model: it says that there is none", async () => {
    harness = createHarness();
    await open(file(json()));
    expect(state().files.failure?.message).toMatch(/no model is loaded yet/);
  });
});

describe("a plan file", () => {
  it("sets method, constants and ratio where they make it here, and goes on live", async () => {
    await fresh();
    actions().pruning.setMethod("magnitude-columns");
    actions().pruning.setParameter("minimumRetention", 0.2);
    actions().pruning.setRatio(0.3);
    const [made, wanted] = [planFile(), state().pruning];
    actions().pruning.setMethod("mucrasp");
    actions().pruning.resetParameter();
    actions().pruning.setRatio(0.5);
    await open(made);
    expect(state().files.outcome).toContain("the slider goes on from it");
    expect(state().pruning).toMatchObject({
      opened: null,
      method: "magnitude-columns",
      ratio: 0.3,
      parameters: wanted.parameters,
      of: { plan: { hash: hash(wanted) } },
    });
  });

  it("is shown and measured as it is where they make another, until the slider is touched", async () => {
    await fresh();
    await measureAt(harness, 0.3);
    const live = hash();
    await open(planFile(swapped));
    const { pruning } = state();
    expect(pruning).toMatchObject({ opened: { file: "plan.json" }, ratio: 0.3, failure: null });
    expect(pruning.of?.plan).toMatchObject({ hash: pruning.opened?.hash, file: "plan.json", statistics: null });
    expect(hash(pruning)).not.toBe(live);
    expect(pruning.frame).toBe(pruning.opened?.frame);
    await measureAt(harness, 0.3);
    expect(state().measurement.shown?.of.plan).toMatchObject({ hash: hash(pruning), file: "plan.json" });
    // Another calibration plans nothing in its place.
    actions().pruning.replan();
    expect(hash()).toBe(hash(pruning));
    actions().pruning.setRatio(0.31);
    expect(state().pruning.opened).toBeNull();
    actions().pruning.setRatio(0.3);
    expect(hash()).toBe(live);
  });

  it("needs no calibration, and goes on live once there is one that makes it", async () => {
    await fresh();
    const made = planFile();
    const of = planHere();
    harness.workbench.close();
    harness = createHarness();
    let calibration = { open() {} };
    harness.onEngine = (fake) => {
      calibration = fake.gate("calibrate");
    };
    await harness.workbench.open();
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(state().calibration.statistics).toBeNull();
    await open(made);
    expect(state().pruning).toMatchObject({ opened: { file: "plan.json" }, of });
    calibration.open();
    await until(harness, (now) => now.calibration.status === "done");
    expect(state().pruning).toMatchObject({ opened: null, of });
  });

  it.each([
    [
      "of other weights",
      (plan: object) => ({ ...plan, model: { name: "other", weightHash: "f".repeat(64) } }),
      /other/,
    ],
    ["that says another share", (plan: object) => ({ ...plan, ratio: { asked: 0.4, reached: 0.1 } }), /ratio\.reached/],
    ["of an unknown method", (plan: object) => ({ ...plan, method: "guess" }), /guess/],
    ["of a later version", (plan: object) => ({ ...plan, version: 9 }), /version/],
  ])("%s is refused, and nothing is lost", async (_, change, message) => {
    await fresh();
    const { pruning } = state();
    await open(planFile(change as never));
    expect(state().files.failure?.message).toMatch(message);
    expect(state().pruning).toBe(pruning);
  });

  it("comes after the statistics that it was opened with", async () => {
    await fresh();
    await open(file(json()));
    const made = planFile();
    const of = planHere();
    await fresh();
    actions().pruning.setParameters({ ...defaultParameters(), window: 2 }, "");
    await open(made, file(json()));
    expect(state().calibration.file).toBe("scenes.json");
    expect(state().pruning).toMatchObject({ opened: null, of });
  });

  it("leaves with its model", async () => {
    await fresh();
    await open(planFile(swapped));
    const { options } = state().model;
    await actions().model.load({ kind: "address", name: "second", url: "http://page/models/second/" }, options);
    expect(state().pruning.opened).toBeNull();
  });
});
