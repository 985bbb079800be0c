import { afterEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { brokenConnection, HUB_MODEL, openingOf } from "../../testing/opening.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const { actions, opening, state } = openingOf(() => harness);

describe("opening a bundled model beside another", () => {
  it("keeps the model at hand when it cannot be fetched", async () => {
    harness = await opened();
    await actions().chooseAddress(HUB_MODEL);
    await actions().load();
    const { summary } = state().model;
    for (const kind of ["inspect", "load"] as const) {
      harness.onEngine = (fake) => fake.failNext(kind, brokenConnection());
      await actions().chooseBundled("fake");
      expect(opening()).toMatchObject({ step: "failed", shown: false, failure: { code: "network" } });
      expect(state().model).toMatchObject({ status: "ready", summary, failure: null });
    }
    harness.onEngine = () => {};
    await actions().load();
    expect(state().model).toMatchObject({ status: "ready", summary: { name: "fake" } });
  });

  it("needs the list of bundled models once", async () => {
    harness = await opened();
    harness.files.delete("models/index.json");
    await harness.workbench.actions.model.openBundled(null);
    expect(state().model).toMatchObject({ status: "ready", failure: null, summary: { name: "fake" } });
  });

  it("keeps a model that works when the list cannot be read", async () => {
    harness = createHarness();
    harness.files.delete("models/index.json");
    await harness.workbench.open();
    expect(state().model.status).toBe("failed");
    await actions().chooseAddress(HUB_MODEL);
    await actions().load();
    await actions().chooseBundled("fake");
    expect(state().model).toMatchObject({ status: "ready", failure: null, summary: { name: HUB_MODEL } });
  });

  it("shows the examples of the one that is opened", async () => {
    harness = createHarness();
    const models = ["fake", "other"].map((name) => ({ name, label: name, url: `models/${name}/` }));
    harness.files.set("models/index.json", { models });
    harness.files.set("http://page/models/other/examples.json", {
      examples: [{ image: "only.png", question: "What is it?", family: "physical" }],
    });
    await opened(harness);
    expect(state().input.examples).toHaveLength(3);
    await actions().chooseBundled("other");
    await until(harness, ({ input }) => input.examples.length === 1);
    expect(state().model.summary?.name).toBe("other");
  });

  it("asks nothing, and loads it in place of one that has failed", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => fake.failNext("load", brokenConnection());
    await harness.workbench.open();
    expect(state().model.status).toBe("failed");
    harness.onEngine = () => {};
    await actions().chooseBundled("fake");
    expect(opening()).toEqual({ step: "closed" });
    expect(state().model).toMatchObject({ status: "ready", summary: { name: "fake" } });
  });
});
