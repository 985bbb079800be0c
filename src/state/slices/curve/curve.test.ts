import { afterEach, describe, expect, it } from "vitest";
import { type PrunedOf, prunedKey } from "../../../core/provenance.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { meanKl } from "../measurement/mean-kl.ts";
import { REST } from "../measurement/measurement.ts";
import { curveKey, ratioOf } from "./curve-key.ts";
import { CURVE_REST } from "./curve-state.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const percents = () => state().curve.points.map((point) => Number((ratioOf(point) * 100).toFixed(1)));
const calls = (kind: string) => harness.fake().calls.filter((call) => call.kind === kind).length;
const quiet = () =>
  until(harness, ({ model, measurement }) => model.activity.running === null && measurement.status === "done");

/** Opens the page, and rests at 40 % until that is measured. */
async function rested(): Promise<void> {
  harness = await opened();
  harness.elapse(REST);
  // What measures the curve is loaded with the first measurement.
  await until(harness, ({ measurement, curve }) => measurement.status === "done" && curve.points.length > 0);
}

/** Lets everything rest, and waits until the curve is whole. */
async function whole(): Promise<void> {
  harness.elapse(CURVE_REST);
  await until(harness, ({ curve }) => curve.status === "done");
}

describe("what width options cost", () => {
  it("is the method's own plan beside the one at hand, measured before the curve and kept", async () => {
    await rested();
    const own = state().measurement.shown;
    const before = state().pruning.frame?.keptPerModule.slice();
    harness.workbench.actions.pruning.setParameter("roundWidths", "8");
    await expect.poll(() => state().pruning.frame !== null).toBe(true);
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "done");
    const measured = calls("evaluate");
    harness.elapse(CURVE_REST);
    await until(harness, ({ curve }) => curve.widths !== null);
    const { widths } = state().curve;
    expect(widths?.key).toBe(prunedKey(requireOf(state().measurement.shown)));
    // The method's own plan was measured before: its KL is what it was, and nothing runs again for it.
    expect(widths?.kl).toBe(own && meanKl(own.measurement));
    expect(widths?.reached).toBe(own?.of.plan.reached);
    expect(calls("evaluate")).toBeLessThanOrEqual(measured + 1);
    const after = state().pruning.frame?.keptPerModule ?? [];
    const modules = state().model.summary?.layout.modules ?? [];
    const differences = modules.map(({ kind }, index) =>
      kind === "mlp" ? (after[index] ?? 0) - (before?.[index] ?? 0) : 0,
    );
    expect(widths?.changed).toEqual({
      attn: { wider: 0, narrower: 0, of: modules.length / 2 },
      mlp: {
        wider: differences.filter((by) => by > 0).length,
        narrower: differences.filter((by) => by < 0).length,
        of: modules.length / 2,
      },
    });
    expect(differences.some((by) => by !== 0)).toBe(true);
  });

  const requireOf = (measured: { readonly of: PrunedOf } | null) => {
    if (!measured) throw new Error("a measurement expected");
    return measured.of;
  };
});

describe("the curve of the picture at hand", () => {
  it("begins with what the slider has measured, and with nothing of its own before a rest", async () => {
    await rested();
    expect(percents()).toEqual([40]);
    const before = calls("evaluate");
    harness.elapse(CURVE_REST - 1);
    await quiet();
    expect(calls("evaluate")).toBe(before);
    expect(percents()).toEqual([40]);
  });

  it("is measured roughly first, then the words, then finer", async () => {
    await rested();
    const order: number[] = [];
    const wordless: number[] = [];
    const stop = harness.workbench.store.subscribe(
      ({ curve }) => curve.points,
      (points, before) => {
        const added = points.find((point) => !before.some((known) => ratioOf(known) === ratioOf(point)));
        if (added) order.push(Math.round(ratioOf(added) * 1000) / 10);
        wordless.push(points.filter(({ words }) => words === null).length);
      },
    );
    await whole();
    stop();
    expect(order.slice(0, 7)).toEqual([0, 20, 60, 50, 30, 10, 70]);
    expect(order.slice(7, 14).toSorted((a, b) => a - b)).toEqual([5, 15, 25, 35, 45, 55, 65]);
    expect(percents()).toEqual(Array.from({ length: 29 }, (_, index) => index * 2.5));
    expect(state().curve.points.every(({ words }) => words !== null)).toBe(true);
    // What lies on the dense trace comes for all of the rough ratios before any words.
    expect(Math.max(...wordless)).toBeGreaterThan(1);
  });

  it("measures equal plans once, and asks for words only where the tokens differ", async () => {
    await rested();
    await whole();
    const plans = new Set(state().curve.points.map(({ of }) => prunedKey(of)));
    expect(calls("evaluate")).toBe(plans.size);
    const differing = new Set(
      state().curve.points.flatMap(({ of, words }) => (words?.text == null ? [] : [prunedKey(of)])),
    );
    expect(differing.size).toBeGreaterThan(0);
    // One more is the dense model's own.
    expect(calls("generate")).toBe(differing.size + 1);
  });

  it("gives the slider its measurements, and takes the slider's", async () => {
    await rested();
    await measureAt(harness, 0.437);
    await whole();
    expect(percents()).toContain(43.7);
    const before = harness.fake().calls.length;
    harness.workbench.actions.pruning.setRatio(0.65);
    expect(state().measurement).toMatchObject({ status: "done", shown: { of: { plan: { asked: 0.65 } } } });
    expect(harness.fake().calls.length).toBe(before);
  });

  it("stops at once when the thumb moves, and goes on after the next rest", async () => {
    await rested();
    const gate = harness.fake().gate("evaluate");
    harness.elapse(CURVE_REST);
    await until(harness, ({ model }) => model.activity.running === "curve");
    harness.workbench.actions.pruning.setRatio(0.61);
    expect(state().curve.status).toBe("idle");
    harness.elapse(REST);
    gate.open();
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(percents()).toEqual([40, 61]);
    await whole();
    expect(percents()).toHaveLength(30);
  });

  it.each([
    ["typing", () => harness.workbench.actions.input.setDraft("What")],
    ["another method", () => harness.workbench.actions.pruning.setMethod("flap")],
    ["another picture", () => void harness.workbench.actions.input.chooseExample("2")],
    ["a comparison", () => void harness.workbench.actions.comparison.start()],
    ["a calibration", () => void harness.workbench.actions.calibration.start()],
    ["an opened tab", () => harness.workbench.actions.preferences.openTab("curves")],
  ])("stops at once for %s", async (_, act) => {
    await rested();
    harness.fake().gate("evaluate");
    harness.elapse(CURVE_REST);
    await until(harness, ({ model }) => model.activity.running === "curve");
    act();
    expect(state().curve.status).toBe("idle");
    await until(harness, ({ model }) => model.activity.running !== "curve");
  });

  it("measures nothing while anything else runs or waits", async () => {
    await rested();
    const gate = harness.fake().gate("calibrate");
    const calibrating = harness.workbench.actions.calibration.start();
    await until(harness, ({ calibration }) => calibration.status === "running");
    const before = calls("evaluate");
    harness.elapse(CURVE_REST * 5);
    await until(harness, ({ model }) => model.activity.waiting.length === 0);
    expect(calls("evaluate")).toBe(before);
    expect(state().model.activity).toEqual({ running: "calibration", waiting: [] });
    gate.open();
    await calibrating;
  });

  it("is emptied by another method, and comes back with the first", async () => {
    await rested();
    await whole();
    const before = state().curve;
    harness.workbench.actions.pruning.setMethod("flap");
    expect(state().curve.points).toEqual([]);
    expect(state().curve.key).not.toBe(before.key);
    harness.workbench.actions.pruning.setMethod("mucrasp");
    expect(state().curve.key).toBe(before.key);
    expect(state().curve.points).toBe(before.points);
  });

  it("never stands under another name: no listener ever sees points of something else", async () => {
    await rested();
    const strangers: string[] = [];
    const stop = harness.workbench.store.subscribe((shown) => {
      const now = curveKey(shown);
      if (shown.curve.key !== now) strangers.push(`${shown.curve.key} under ${now}`);
      const { of: plan } = shown.pruning;
      for (const { of } of shown.curve.points) {
        const { method, parameters, asked, hash } = of.plan;
        if (method !== plan?.plan.method || parameters !== plan.plan.parameters) strangers.push(`plan at ${asked}`);
        if (asked === plan?.plan.asked && hash !== plan.plan.hash) strangers.push(`other plan at ${asked}`);
        if (of.input.key !== shown.reasoning.of?.input.key) strangers.push(`input ${of.input.key}`);
      }
    });
    const { pruning, input } = harness.workbench.actions;
    harness.elapse(CURVE_REST);
    await until(harness, ({ curve }) => curve.points.length > 3);
    pruning.setMethod("random");
    harness.elapse(REST);
    await quiet();
    harness.elapse(CURVE_REST);
    await until(harness, ({ curve }) => curve.points.length > 3);
    pruning.setParameter("visionFactor", 2);
    pruning.setMethod("mucrasp");
    await input.chooseExample("2");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    harness.elapse(REST);
    await quiet();
    harness.elapse(CURVE_REST);
    await until(harness, ({ curve }) => curve.points.length > 3);
    await input.chooseExample("1");
    stop();
    expect(strangers).toEqual([]);
  });

  it("stays rough on a machine that takes long", async () => {
    await rested();
    harness.elapse(CURVE_REST);
    const gate = harness.fake().gate("evaluate");
    await until(harness, ({ model }) => model.activity.running === "curve");
    harness.elapse(6000);
    gate.open();
    await until(harness, ({ curve }) => curve.status === "done");
    expect(percents()).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  });
});
