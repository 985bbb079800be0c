import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../core/errors.ts";
import type { Harness } from "./testing/harness.ts";
import { opened, until } from "./testing/journey.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const folder = () => [new File(["{}"], "config.json"), new File(["…"], "model.safetensors")];

describe("opening a model folder", () => {
  it("keeps the model at hand, its trace and its statistics when the folder is refused", async () => {
    harness = await opened();
    const before = state();
    harness.onEngine = (fake) =>
      fake.failNext("load", new PivotscopeError("not-found", "model.safetensors is not in folder.", "Add it."));
    await harness.workbench.actions.model.openFolder(folder());
    expect(state().model).toMatchObject({ status: "ready", opening: null, openFailure: { code: "not-found" } });
    expect(state().model.summary).toBe(before.model.summary);
    expect(state().calibration.statistics).toBe(before.calibration.statistics);
    expect(state().reasoning.trace).toBe(before.reasoning.trace);
    // The model that stayed still answers.
    await harness.workbench.actions.input.chooseExample("2");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    harness.workbench.actions.model.dismissOpenFailure();
    expect(state().model.openFailure).toBeNull();
  });

  it("takes the new model once it has loaded, and asks it", async () => {
    harness = await opened();
    const engines = harness.engines.length;
    await harness.workbench.actions.model.openFolder(folder());
    expect(harness.engines.length).toBe(engines + 1);
    expect(state().model).toMatchObject({ status: "ready", source: { kind: "files" }, openFailure: null });
    await until(harness, ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done");
    expect(harness.fake().calls.map((call) => call.kind)).toContain("generate");
  });

  it("does nothing without files", async () => {
    harness = await opened();
    const before = state().model;
    await harness.workbench.actions.model.openFolder([]);
    expect(state().model).toBe(before);
  });
});
