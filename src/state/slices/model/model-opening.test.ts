import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import type { FakeEngine } from "../../../engine/testing/fake-engine.ts";
import { fakeChoice } from "../../../engine/testing/fake-model.ts";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { storedModel } from "../../testing/memory-models.ts";
import { GENERAL_QUESTION } from "../input/input.ts";
import { dialogShown, type Opening, resumable } from "./model-opening-steps.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const HUB_MODEL = "owner/checkpoint";
const state = () => harness.workbench.store.getState();
const opening = () => state().opening.current;
const actions = () => harness.workbench.actions.opening;
const step = (wanted: Opening["step"]) => until(harness, ({ opening }) => opening.current.step === wanted);
const settled = () =>
  until(harness, ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done");
const folder = () =>
  new Map<string, Blob>([
    ["folder/config.json", new Blob(["{}"])],
    ["folder/model.safetensors", new Blob(["…"])],
  ]);
const network = () => new PivotscopeError("network", "The connection broke off.", "Try again.");
const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));
/** What the engine that opens the model got to do. */
const calls = (engine: FakeEngine = harness.fake()) => engine.calls.map(({ kind }) => kind);

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
    await actions().chooseAddress(address);
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
    harness.onEngine = (fake) => fake.failNext("load", network());
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
    await actions().chooseAddress("https://elsewhere.example/owner/checkpoint");
    expect(harness.fake().calls[0]?.source).toMatchObject({ hubUrl: "https://elsewhere.example", accessToken: null });
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

  it("looks ids up on the hub that the query names", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState(`model=${HUB_MODEL}`, "?hub=http://localhost:1234/"));
    await step("asking");
    expect(opening()).toMatchObject({ source: { hubUrl: "http://localhost:1234" } });
    await actions().load();
    harness.elapse(300);
    expect(new URLSearchParams(harness.hashes.at(-1)?.hash).get("model")).toBe(`${HUB_MODEL}@abc123`);
  });

  it("says so when it names a bundled model that is not there", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState("model=gone"));
    expect(state().model).toMatchObject({ unknown: "gone", status: "ready", summary: { name: "fake" } });
  });
});

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

describe("opening a bundled model beside another", () => {
  it("keeps the model at hand when it cannot be fetched", async () => {
    harness = await opened();
    await actions().chooseAddress(HUB_MODEL);
    await actions().load();
    const { summary } = state().model;
    for (const kind of ["inspect", "load"] as const) {
      harness.onEngine = (fake) => fake.failNext(kind, network());
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
    harness.onEngine = (fake) => fake.failNext("load", network());
    await harness.workbench.open();
    expect(state().model.status).toBe("failed");
    harness.onEngine = () => {};
    await actions().chooseBundled("fake");
    expect(opening()).toEqual({ step: "closed" });
    expect(state().model).toMatchObject({ status: "ready", summary: { name: "fake" } });
  });
});
