import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { decodeSharedState, encodeSharedState } from "../../address/url.ts";
import { sharedState } from "../../address/url-sync.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { pinAgainst, type WantedPin } from "./pins-state.ts";
import { isStale, outlinedPin, sideAtHand, wordsOf } from "./side.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const pins = () => harness.workbench.actions.pins;
const pinned = (place = 0) => state().pins.pins[place];
const measured = () => until(harness, ({ pins }) => pins.pins.every(({ status }) => status === "done"));
/** Pins a side that can be planned by now. */
async function add(wanted: WantedPin): Promise<void> {
  pins().add(wanted);
  await until(harness, ({ pins }) => pins.wanted.length === 0);
}
const evaluations = () => harness.fake().calls.filter(({ kind }) => kind === "evaluate").length;

describe("pinning what is shown", () => {
  it("freezes it whatever is changed after, with whose it is", async () => {
    harness = await opened();
    await measureAt(harness, 0.6);
    await pins().pin();
    const side = pinned()?.side;
    const before = structuredClone(side);
    expect(pinned()?.status).toBe("done");
    expect(side?.measured).toMatchObject({ of: { plan: { asked: 0.6 } }, answer: { pruned: "four" } });
    await measureAt(harness, 0.2);
    harness.workbench.actions.pruning.setMethod("wanda-sp");
    await harness.workbench.actions.input.chooseExample("2");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(structuredClone(pinned()?.side)).toEqual(before);
    expect(side?.of).toMatchObject({ plan: { method: "mucrasp", asked: 0.6 }, input: { picture: "one.png" } });
    expect(sideAtHand(state())?.of).toMatchObject({ plan: { method: "wanda-sp" }, input: { picture: "two.png" } });
  });

  it("stays beside another model, and names its own", async () => {
    harness = await opened();
    await measureAt(harness, 0.6);
    await pins().pin();
    const { opening } = harness.workbench.actions;
    await opening.chooseFiles(new Map([["folder/model.safetensors", new Blob(["…"])]]));
    await until(harness, ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done");
    expect(pinned()?.side.of.model.label).toBe("Fake");
    expect(sideAtHand(state())?.of.model.label).toBe("folder");
    expect(outlinedPin(state())).toBe(pinned()?.side);
    expect(wordsOf(sideAtHand(state()) ?? expect.fail())).toBeNull();
    await measureAt(harness, 0.5);
    expect(wordsOf(sideAtHand(state()) ?? expect.fail())).toContain("answer is");
  });

  it("measures what the thumb had moved past, for the plan that was pinned", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    harness.workbench.actions.pruning.setRatio(0.6);
    expect(isStale(sideAtHand(state()) ?? expect.fail())).toBe(true);
    await pins().pin();
    expect(pinned()?.side.measured).toBeNull();
    harness.workbench.actions.pruning.setRatio(0.1);
    await measured();
    expect(pinned()?.side.measured).toMatchObject({ of: { plan: { asked: 0.6 } }, answer: { pruned: "four" } });
  });

  it("takes three, and another one when one is taken away", async () => {
    harness = await opened();
    for (const percent of [20, 40, 60, 70]) {
      await measureAt(harness, percent / 100);
      await pins().pin();
    }
    expect(state().pins.pins.map(({ side }) => side.of.plan.asked)).toEqual([0.2, 0.4, 0.6]);
    const second = pinned(1)?.id ?? expect.fail();
    pins().showAgainst(second);
    expect(pinAgainst(state().pins)?.id).toBe(second);
    await pins().unpin(second);
    expect(pinAgainst(state().pins)?.side.of.plan.asked).toBe(0.2);
    await pins().pin();
    expect(state().pins.pins.map(({ side }) => side.of.plan.asked)).toEqual([0.2, 0.6, 0.7]);
  });
});

describe("choosing a side", () => {
  it("plans and measures another method without moving the thumb", async () => {
    harness = await opened();
    await measureAt(harness, 0.5);
    const { frame } = state().pruning;
    const keep = frame?.keep.slice();
    await add({ method: "wanda-sp", ratio: 0.5 });
    await measured();
    expect(pinned()?.side.of.plan).toMatchObject({ method: "wanda-sp", asked: 0.5 });
    expect(pinned()?.side.measured?.of).toEqual(pinned()?.side.of);
    expect(state().pruning.frame).toBe(frame);
    expect(frame?.keep).toEqual(keep);
    expect(pinned()?.side.frame.keep).not.toEqual(keep);
  });

  it("shows what was measured before at once", async () => {
    harness = await opened();
    await measureAt(harness, 0.6);
    await measureAt(harness, 0.2);
    const before = evaluations();
    await add({ method: "mucrasp", ratio: 0.6 });
    expect(pinned()).toMatchObject({ status: "done", side: { measured: { of: { plan: { asked: 0.6 } } } } });
    expect(evaluations()).toBe(before);
  });

  it("finds the ratio at which another method removes as much", async () => {
    harness = await opened();
    await measureAt(harness, 0.6);
    const wanted = state().pruning.frame?.reachedRatio ?? 0;
    await add({ method: "wanda-sp", ratio: 0.6 });
    await add({ method: "wanda-sp", ratio: "equal" });
    await measured();
    const [same = 1, equal = 1] = state().pins.pins.map(({ side }) => Math.abs(side.of.plan.reached - wanted));
    expect(equal).toBeLessThan(same);
    // As near as the four heads of a layer allow, which go one at a time in all layers alike.
    expect(equal).toBeLessThan(0.02);
  });

  it("lets what the thumb asks for go first", async () => {
    harness = await opened();
    await measureAt(harness, 0.1);
    const gate = harness.fake().gate("evaluate");
    harness.workbench.actions.pruning.setRatio(0.2);
    harness.elapse(150);
    await until(harness, ({ measurement }) => measurement.status === "running");
    await add({ method: "random", ratio: 0.5 });
    void harness.workbench.actions.comparison.start();
    const order: (string | null)[] = [];
    const stop = harness.workbench.store.subscribe(
      ({ model }) => model.activity.running,
      (job) => order.push(job),
    );
    gate.open();
    await measured();
    stop();
    expect(order.indexOf("comparison")).toBeGreaterThanOrEqual(0);
    expect(order.indexOf("pin")).toBeGreaterThan(order.indexOf("comparison"));
  });

  it("says what failed and measures again, and leaves nothing behind when it is taken away", async () => {
    harness = await opened();
    await measureAt(harness, 0.1);
    harness.fake().failNext("evaluate", new PivotscopeError("out-of-memory", "No room.", "Close other tabs."));
    await add({ method: "random", ratio: 0.5 });
    await until(harness, () => pinned()?.status === "failed");
    expect(pinned()?.failure?.message).toBe("No room.");
    const gate = harness.fake().gate("evaluate");
    await pins().retry(pinned()?.id ?? expect.fail());
    await until(harness, () => pinned()?.status === "running");
    await pins().unpin(pinned()?.id ?? expect.fail());
    gate.open();
    await until(harness, ({ model }) => model.activity.running === null);
    expect(state().pins.pins).toEqual([]);
  });
});

describe("pins in a link", () => {
  it("are measured anew where it is opened, and not twice where they are", async () => {
    harness = await opened();
    await measureAt(harness, 0.5);
    await add({ method: "wanda-sp", ratio: 0.5 });
    await add({ method: "flap", ratio: 0.425 });
    const link = encodeSharedState(sharedState(state()));
    expect(link).toContain("pin=wanda-sp_50+flap_42.5");
    harness.workbench.close();

    harness = createHarness();
    await harness.workbench.open(decodeSharedState(link));
    expect(encodeSharedState(sharedState(state()))).toContain("pin=wanda-sp_50+flap_42.5");
    await until(harness, ({ pins }) => pins.pins.length === 2);
    await measured();
    expect(state().pins.pins.map(({ side }) => side.of.plan.method)).toEqual(["wanda-sp", "flap"]);
    await harness.workbench.visit(decodeSharedState(link));
    expect(state().pins).toMatchObject({ pins: { length: 2 }, wanted: [] });
  });

  it("are asked for by method only on the picture that they are of", async () => {
    harness = await opened();
    await measureAt(harness, 0.5);
    await pins().pin();
    await harness.workbench.actions.input.chooseExample("2");
    expect(encodeSharedState(sharedState(state()))).not.toContain("pin=mucrasp");
  });
});
