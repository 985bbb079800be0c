// @module-tag attack
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { HUB_MODEL, openingOf } from "../../testing/opening.ts";
import { GENERAL_QUESTION } from "../input/input.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const { actions, calls, settled, state, step } = openingOf(() => harness);

describe("a link to a model of a hub", () => {
  it("opens the bundled model, asks, and gives the link's constants to the model it names", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState(`model=${HUB_MODEL}@abc123&set.gammaScale=0.7`));
    await step("asking");
    expect(state().model.summary?.name).toBe("fake");
    const bundled = state().pruning.parameters.gammaScale;
    expect(bundled).not.toBe(0.7);
    expect(harness.engines.flatMap(({ fake }) => calls(fake)).filter((kind) => kind === "load")).toHaveLength(1);
    await actions().load();
    expect(state().model.summary?.name).toBe(`${HUB_MODEL}@abc123`);
    expect(state().pruning.parameters.gammaScale).toBe(0.7);
  });

  it("gives nothing of the link to another model that is opened instead, and no general question to the bundled one", async () => {
    harness = createHarness();
    const question = encodeURIComponent(GENERAL_QUESTION);
    await harness.workbench.open(decodeSharedState(`model=${HUB_MODEL}&set.gammaScale=0.7&question=${question}`));
    await settled();
    expect(state().input.question).toBe("How many cones?");
    await step("asking");
    await actions().chooseAddress("another/checkpoint");
    await actions().load();
    expect(state().pruning.parameters.gammaScale).not.toBe(0.7);
    expect(state().input.question).toBe(GENERAL_QUESTION);
  });

  it("leaves the bundled model and a message when there is no such repository", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => fake.failNext("inspect", new PivotscopeError("not-found", "There is none."));
    await harness.workbench.open(decodeSharedState(`model=${HUB_MODEL}`));
    await step("failed");
    expect(state().model).toMatchObject({ status: "ready", summary: { name: "fake" } });
  });

  it("says so when it names a bundled model that is not there", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState("model=gone"));
    expect(state().model).toMatchObject({ unknown: "gone", status: "ready", summary: { name: "fake" } });
  });
});
