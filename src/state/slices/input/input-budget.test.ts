import { afterEach, describe, expect, it } from "vitest";
import { decodeSharedState, encodeSharedState } from "../../address/url.ts";
import { sharedState } from "../../address/url-sync.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { inputKey } from "./input.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const asked = () => harness.fake().calls.filter(({ kind }) => kind === "generate");

describe("a picture's budget", () => {
  it("makes another input of it, asked anew, and goes into the link", async () => {
    harness = await opened();
    const before = inputKey(state().input);
    const times = asked().length;
    expect(encodeSharedState(sharedState(state()))).not.toContain("tokens=");
    harness.workbench.actions.input.setBudget(32);
    await until(harness, ({ reasoning }) => reasoning.status === "done" && asked().length > times);
    expect(inputKey(state().input)).not.toBe(before);
    expect(asked()).toHaveLength(times + 1);
    expect(asked().at(-1)?.input?.budget).toBe(32);
    await until(harness, ({ reasoning, input }) => reasoning.of?.input.key === inputKey(input));
    expect(encodeSharedState(sharedState(state()))).toContain("tokens=32");
    // Its reasoning is not that of the sample, which has the model's own budget.
    await harness.workbench.actions.ownSamples.addCurrent();
    expect(state().ownSamples.entries[0]?.trace).toBeNull();
    harness.workbench.actions.input.setBudget(16);
    expect(state().input.budget).toBeNull();
    expect(inputKey(state().input)).toBe(before);
  });

  it("comes with a link, within the model's bounds", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState("tokens=5000"));
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(asked().at(-1)?.input?.budget).toBe(64);
  });
});
