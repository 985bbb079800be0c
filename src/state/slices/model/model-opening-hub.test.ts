import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { fakeChoice } from "../../../engine/testing/fake-model.ts";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { HUB_MODEL, openingOf } from "../../testing/opening.ts";
import { AUTOMATIC, dialogShown } from "./model-opening-steps.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const { actions, calls, opening, settled, state, step } = openingOf(() => harness);

describe("opening a repository of a hub", () => {
  it("looks at it, asks, and fetches nothing before somebody has agreed", async () => {
    harness = await opened();
    actions().show();
    await actions().chooseAddress(HUB_MODEL);
    expect(opening()).toMatchObject({
      step: "asking",
      source: { kind: "hub", repository: HUB_MODEL, revision: "abc123", hubUrl: null, accessToken: null },
      needs: { bytesToFetch: 300_000 },
      options: { backend: "auto", precision: "auto" },
    });
    expect(calls()).toEqual(["inspect"]);
    expect(state().model.summary?.name).toBe("fake");
    await actions().load();
    expect(opening()).toEqual({ step: "closed" });
    expect(calls().slice(0, 2)).toEqual(["inspect", "load"]);
    expect(state().model).toMatchObject({ status: "ready", summary: { name: HUB_MODEL } });
    await settled();
    harness.elapse(300);
    const address = new URLSearchParams(harness.hashes.at(-1)?.hash);
    expect(address.get("model")).toBe(`${HUB_MODEL}@abc123`);
  });

  it("keeps the model at hand in use until the new one has come", async () => {
    harness = await opened();
    harness.onEngine = (fake) => fake.gate("load");
    const before = harness.fake();
    await actions().chooseAddress(HUB_MODEL);
    void actions().load();
    await step("loading");
    actions().hide();
    expect(dialogShown(opening())).toBe(false);
    await harness.workbench.actions.input.chooseExample("2");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(before.calls.filter(({ kind }) => kind === "generate").length).toBeGreaterThan(1);
    actions().show();
    expect(opening()).toMatchObject({ step: "loading", shown: true });
  });

  it("drops what the model before was still doing", async () => {
    harness = createHarness();
    let calibration = { open: () => {} };
    harness.onEngine = (fake) => {
      calibration = fake.gate("calibrate");
    };
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "running");
    harness.onEngine = () => {};
    await actions().chooseAddress(HUB_MODEL);
    await actions().load();
    calibration.open();
    // The new model's calibration starts by itself, although that of the old one was cancelled with it.
    await settled();
    expect(calls()).toContain("calibrate");
  });

  it("counts the memory that it takes while it asks, and loads without waiting for that", async () => {
    harness = await opened();
    const never = new AbortController();
    await expect(actions().countMemory(AUTOMATIC, never.signal)).rejects.toMatchObject({ code: "cancelled" });
    await actions().chooseAddress(HUB_MODEL);
    const { reason } = await actions().countMemory(AUTOMATIC, never.signal);
    expect(reason).toContain("are assumed of this GPU");
    const { fake } = harness.engines.at(-1) ?? {};
    fake?.gate("countMemory");
    const given = new AbortController();
    const counting = actions().countMemory(AUTOMATIC, given.signal);
    const loading = actions().load();
    given.abort();
    await expect(counting).rejects.toMatchObject({ code: "cancelled" });
    await loading;
    expect(state().model).toMatchObject({ status: "ready", summary: { name: HUB_MODEL } });
  });

  it("takes the choice that was made, and gives it to the address", async () => {
    harness = await opened();
    await actions().chooseAddress(HUB_MODEL);
    actions().setOptions({ backend: "webgpu", precision: "float32" });
    await actions().load();
    expect(harness.fake().calls[1]?.options).toEqual({ backend: "webgpu", precision: "float32" });
    await settled();
    harness.elapse(300);
    const hash = harness.hashes.at(-1)?.hash ?? "";
    expect(decodeSharedState(hash)).toMatchObject({ backend: "webgpu", precision: "float32" });
    // The bundled model opens as the address asked for at first.
    await actions().chooseBundled("fake");
    const load = harness.fake().calls.find(({ kind }) => kind === "load");
    expect(load?.options).toEqual({ backend: "auto", precision: "auto" });
  });

  it("says what is wrong with a repository, and looks again with a token that has been typed", async () => {
    harness = await opened();
    harness.onEngine = (fake) => fake.failNext("inspect", new PivotscopeError("not-found", "It is gated.", "Log in."));
    await actions().chooseAddress(HUB_MODEL);
    expect(opening()).toMatchObject({ step: "failed", during: null, failure: { message: "It is gated." } });
    harness.onEngine = () => {};
    actions().setToken(" secret ");
    await actions().load();
    expect(opening()).toMatchObject({ step: "asking" });
    expect(harness.fake().calls[0]?.source).toMatchObject({ accessToken: "secret" });
    await actions().load();
    harness.elapse(300);
    expect(JSON.stringify(harness.hashes)).not.toContain("secret");
  });

  it("sends the token to no hub but the page's own", async () => {
    harness = await opened();
    actions().setToken("secret");
    await actions().chooseAddress("https://elsewhere.example/owner/checkpoint", true);
    expect(harness.fake().calls[0]?.source).toMatchObject({ hubUrl: "https://elsewhere.example", accessToken: null });
  });

  it("does not select what the address wishes where the model cannot be run like that", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState("", "?backend=webgpu&precision=float32"));
    harness.onEngine = (fake) => fake.answerNeeds({ choices: [fakeChoice("cpu", "float32")] });
    await actions().chooseAddress(HUB_MODEL);
    expect(opening()).toMatchObject({ options: { backend: "auto", precision: "auto" } });
    harness.onEngine = () => {};
    await actions().chooseAddress(HUB_MODEL);
    expect(opening()).toMatchObject({ options: { backend: "webgpu", precision: "float32" } });
  });
});
