import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import type { Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { storedModel } from "../../testing/memory-models.ts";
import { brokenConnection, HUB_MODEL, openingOf } from "../../testing/opening.ts";
import { resumable } from "./model-opening-steps.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const { actions, calls, opening, state, step } = openingOf(() => harness);
const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("opening that is cancelled or breaks off", () => {
  it("cancels at once, keeps the model at hand, and resumes in another worker", async () => {
    harness = await opened();
    const summary = state().model.summary;
    harness.onEngine = (fake) => fake.gate("load");
    await actions().chooseAddress(HUB_MODEL);
    void actions().load();
    await until(harness, ({ opening: { current } }) => current.step === "loading" && current.transfer !== null);
    const cancelled = harness.fake();
    actions().cancel();
    expect(opening()).toMatchObject({ step: "paused", transfer: { done: 500, total: 1000 } });
    expect(state().model.summary).toBe(summary);
    harness.onEngine = () => {};
    await actions().load();
    expect(state().model.summary?.name).toBe(HUB_MODEL);
    // The worker before has put its files away before the next one reads them.
    expect(cancelled.disposed).toBe(true);
    expect(calls()[0]).toBe("load");
  });

  it.each([
    ["what is in the browser", HUB_MODEL, { repository: HUB_MODEL, version: "abc123", bytes: 700 }, 700],
    ["nothing where the browser keeps nothing", HUB_MODEL, null, 0],
    ["nothing of another version", HUB_MODEL, { repository: HUB_MODEL, version: "def456", bytes: 700 }, 0],
    ["nothing of an address", "https://elsewhere.example/folder/", null, 0],
  ])("tells how much a cancelled model leaves: %s", async (_, address, kept, bytes) => {
    harness = await opened();
    harness.models.models = kept === null ? [] : [storedModel(kept.repository, kept)];
    harness.onEngine = (fake) => fake.gate("load");
    await actions().chooseAddress(address, true);
    void actions().load();
    await until(harness, ({ opening: { current } }) => current.step === "loading" && current.transfer !== null);
    actions().cancel();
    expect(opening()).toMatchObject({ step: "paused", kept: null });
    await until(harness, ({ opening: { current } }) => current.step === "paused" && current.kept !== null);
    expect(opening()).toMatchObject({ step: "paused", kept: bytes });
  });

  it("tells nothing of what a cancelled model leaves where the storage cannot be read", async () => {
    harness = await opened();
    harness.onEngine = (fake) => fake.gate("load");
    await actions().chooseAddress(HUB_MODEL);
    void actions().load();
    await step("loading");
    let asked = () => {};
    const listed = new Promise<void>((resolve) => {
      asked = resolve;
    });
    harness.models.list = () => {
      asked();
      return Promise.reject(new Error("The disk is on fire."));
    };
    actions().cancel();
    await listed;
    await macrotask();
    expect(opening()).toMatchObject({ step: "paused", kept: null });
  });

  it("goes on from where it broke off only where something of it is kept", async () => {
    harness = await opened();
    for (const [kind, kept, expected] of [
      ["load", true, true],
      ["load", false, false],
      ["inspect", true, false],
    ] as const) {
      harness.onEngine = (fake) =>
        fake.failNext(kind, new PivotscopeError("network", "It broke off.", "", { resumable: kept }));
      await actions().chooseAddress(HUB_MODEL);
      await actions().load();
      const current = opening();
      expect([kind, kept, current.step === "failed" && resumable(current)]).toEqual([kind, kept, expected]);
    }
  });

  it("can be resumed after the connection broke off, with the same choice", async () => {
    harness = await opened();
    harness.onEngine = (fake) => fake.failNext("load", brokenConnection());
    await actions().chooseAddress(HUB_MODEL);
    actions().setOptions({ backend: "cpu", precision: "auto" });
    await actions().load();
    expect(opening()).toMatchObject({
      step: "failed",
      failure: { code: "network" },
      during: { needs: {} },
      shown: true,
    });
    expect(state().model.summary?.name).toBe("fake");
    harness.onEngine = () => {};
    await actions().load();
    expect(state().model.summary).toMatchObject({ name: HUB_MODEL, backend: "cpu" });
  });

  it("goes back to the choice when the look is cancelled, and explains addresses that name nothing", async () => {
    harness = await opened();
    harness.onEngine = (fake) => fake.gate("inspect");
    void actions().chooseAddress(HUB_MODEL);
    await step("inspecting");
    actions().cancel();
    expect(opening()).toEqual({ step: "choosing", failure: null });
    await actions().chooseAddress("nonsense");
    expect(opening()).toMatchObject({ step: "choosing", failure: { code: "bad-input" } });
    actions().hide();
    expect(opening()).toEqual({ step: "closed" });
  });
});
