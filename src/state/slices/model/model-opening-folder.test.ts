import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { fakeChoice } from "../../../engine/testing/fake-model.ts";
import type { Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { HUB_MODEL, openingOf } from "../../testing/opening.ts";
import { GENERAL_QUESTION } from "../input/input.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const { actions, calls, opening, settled, state, step } = openingOf(() => harness);
const folder = () =>
  new Map<string, Blob>([
    ["folder/config.json", new Blob(["{}"])],
    ["folder/model.safetensors", new Blob(["…"])],
  ]);

describe("opening a folder", () => {
  it("keeps the model at hand, its trace and its statistics when the folder is refused", async () => {
    harness = await opened();
    const before = state();
    harness.onEngine = (fake) =>
      fake.failNext("load", new PivotscopeError("not-found", "model.safetensors is not in folder.", "Add it."));
    await actions().chooseFiles(folder());
    expect(opening()).toMatchObject({ step: "failed", shown: false, failure: { code: "not-found" } });
    expect(state().model.summary).toBe(before.model.summary);
    expect(state().calibration.statistics).toBe(before.calibration.statistics);
    expect(state().reasoning.trace).toBe(before.reasoning.trace);
    // The model that stayed still answers.
    await harness.workbench.actions.input.chooseExample("2");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    actions().hide();
    expect(opening()).toEqual({ step: "closed" });
  });

  it("takes the new model once it has loaded, without asking, and asks it something general", async () => {
    harness = await opened();
    const engines = harness.engines.length;
    await actions().chooseFiles(folder());
    expect(harness.engines.length).toBe(engines + 1);
    expect(state().model).toMatchObject({ status: "ready", source: { kind: "files", name: "folder" } });
    await settled();
    expect(harness.fake().calls.map((call) => call.kind)).toContain("generate");
    expect(state().input.question).toBe(GENERAL_QUESTION);
    await actions().chooseBundled("fake");
    await settled();
    expect(state().input.question).toBe("How many cones?");
  });

  it("leaves a question that somebody typed", async () => {
    harness = await opened();
    harness.workbench.actions.input.ask("What is in the corner?");
    await actions().chooseFiles(folder());
    expect(state().input.question).toBe("What is in the corner?");
  });

  it("asks when it does not fit, and shows what would", async () => {
    harness = await opened();
    harness.onEngine = (fake) =>
      fake.answerNeeds({ choices: [fakeChoice("webgpu", "float16", false), fakeChoice("cpu", "float32")] });
    await actions().chooseFiles(folder());
    expect(opening()).toMatchObject({
      step: "asking",
      source: { kind: "files" },
      options: { backend: "cpu", precision: "auto" },
    });
    expect(calls()).toEqual(["inspect"]);
  });

  it("is refused by name while another model loads, which goes on", async () => {
    harness = await opened();
    harness.onEngine = (fake) => fake.gate("load");
    await actions().chooseAddress(HUB_MODEL);
    void actions().load();
    await step("loading");
    const engines = harness.engines.length;
    await actions().chooseFiles(folder());
    expect(harness.engines.length).toBe(engines);
    expect(opening()).toMatchObject({
      step: "loading",
      notice: { message: expect.stringMatching(/"folder" was not opened.*owner\/checkpoint/) },
    });
    actions().refuse(new PivotscopeError("bad-input", "What was dropped holds no files."));
    expect(opening()).toMatchObject({ step: "loading", notice: { message: "What was dropped holds no files." } });
    actions().cancel();
    expect(opening()).not.toHaveProperty("notice");
  });

  it("ends the look at another model when what was dropped cannot be read", async () => {
    harness = await opened();
    harness.onEngine = (fake) => fake.gate("inspect");
    const looking = actions().chooseAddress(HUB_MODEL);
    await step("inspecting");
    actions().refuse(new PivotscopeError("bad-input", "What was dropped holds no files."));
    await looking;
    expect(opening()).toMatchObject({ step: "choosing", failure: { message: "What was dropped holds no files." } });
  });

  it("does nothing without files", async () => {
    harness = await opened();
    const before = state().opening;
    await actions().chooseFiles(new Map());
    expect(state().opening).toBe(before);
  });
});
