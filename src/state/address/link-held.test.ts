// @module-tag attack
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { until } from "../testing/journey.ts";
import { HUB_MODEL } from "../testing/opening.ts";
import { decodeSharedState } from "./url.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const model = () => {
  harness.elapse(1000);
  return new URLSearchParams(harness.hashes.at(-1)?.hash).get("model");
};

/** Opens a link to a hub's model, up to the end of the bundled model's calibration behind the question. */
async function asked(step: "asking" | "failed" = "asking") {
  const hash = `model=${HUB_MODEL}&ratio=33&set.gammaScale=0.7`;
  await harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
  await until(harness, ({ opening, calibration }) => opening.current.step === step && calibration.status === "done");
  harness.elapse(1000);
}

describe("the address of a page that asks about its link's model", () => {
  it("stays as the link has it until the model has come", async () => {
    harness = createHarness();
    await asked();
    // What the bundled model shows behind the question has changed all that links carry; a reload asks once more.
    expect(state().model.summary?.name).toBe("fake");
    expect(harness.hashes).toEqual([]);
    await harness.workbench.actions.opening.load();
    expect(model()).toBe(`${HUB_MODEL}@abc123`);
    expect(harness.hashes.at(-1)?.hash).toContain("set.gammaScale=0.7");
  });

  it("becomes that of the model at hand when the question is put away", async () => {
    harness = createHarness();
    await asked();
    harness.workbench.actions.opening.hide();
    expect(model()).toBe("fake");
  });

  it("stays while the model could not be looked at, so that a reload tries again", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => fake.failNext("inspect", new PivotscopeError("network", "The network is gone."));
    await asked("failed");
    expect(harness.hashes).toEqual([]);
  });

  it("is written where the link names no model that could be asked about", async () => {
    harness = createHarness();
    const hash = "model=https%3A%2F%2Fname%3Aword%40bad.example%2F";
    await harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
    await until(
      harness,
      ({ opening, calibration }) => opening.current.step === "choosing" && calibration.status === "done",
    );
    expect(model()).toBe("fake");
  });

  it("asks when another link comes into the same page", async () => {
    harness = createHarness();
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "done");
    const hash = `model=${HUB_MODEL}&set.gammaScale=0.7`;
    await harness.workbench.visit(decodeSharedState(hash), { hash, search: "" });
    await until(harness, ({ opening }) => opening.current.step === "asking");
    const before = harness.hashes.length;
    harness.elapse(1000);
    expect(harness.hashes).toHaveLength(before);
    await harness.workbench.actions.opening.load();
    expect(state().pruning.parameters.gammaScale).toBe(0.7);
    expect(model()).toBe(`${HUB_MODEL}@abc123`);
  });
});
