/** A session: what one page saved, another shows. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { readZip } from "../../models/zip-file.ts";
import { REST } from "../slices/measurement/measurement.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { measureAt, opened, until } from "../testing/journey.ts";
import { SESSION_LIMITS } from "./format.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;

/** Pages of one browser keep what is written a moment later. */
async function saved(): Promise<File> {
  const session = await actions().files.saveSession();
  expect(state().files.failure).toBeNull();
  if (!session) throw new Error("Nothing was saved.");
  return new File([session.file], session.name);
}

/** Another browser. */
async function elsewhere(): Promise<void> {
  harness.workbench.close();
  harness = await opened(createHarness());
}

async function open(file: File): Promise<void> {
  await actions().files.open([file]);
  expect(state().files.failure).toBeNull();
  await until(harness, ({ reasoning }) => reasoning.status === "done");
}

/** What of the page a session brings back. */
const shown = () => {
  const { input, pruning, reasoning, calibration, preferences, pins, measurement } = state();
  return {
    picture: input.picture && { name: input.picture.name, content: input.picture.content },
    question: input.question,
    draft: input.draft,
    split: input.split,
    ...{ ratio: pruning.ratio, method: pruning.method, parameters: pruning.parameters, opened: pruning.opened?.hash },
    ...{ plan: pruning.of?.plan.hash, words: reasoning.trace?.text, tab: preferences.tab },
    ...{ samples: calibration.statistics?.samples, sampleLimit: calibration.sampleLimit },
    pins: pins.pins.map(({ side }) => [
      side.of.plan.hash,
      side.of.input.key,
      side.measured?.measurement,
      side.frame.keptUnits,
    ]),
    measured: measurement.shown && [
      measurement.shown.of.plan.hash,
      measurement.shown.measurement,
      measurement.shown.answer,
    ],
  };
};

/** A session's entry, parsed. */
async function entryOf(file: Blob, name: string): Promise<Record<string, unknown> | null> {
  const entries = readZip(new Uint8Array(await file.arrayBuffer()), "session.zip", SESSION_LIMITS);
  const bytes = entries.get(name);
  return bytes ? JSON.parse(new TextDecoder().decode(bytes)) : null;
}

const own = new File(["own"], "cat.png", { type: "image/png" });

/** A page with something of everything. */
async function worked(): Promise<void> {
  harness = await opened();
  await actions().input.choosePicture(own, own.name);
  actions().input.ask("What is this?");
  await until(harness, ({ input, reasoning }) => input.picture?.keptAs !== null && reasoning.status === "done");
  actions().pruning.setParameter("gammaScale", 0.7);
  await measureAt(harness, 0.3);
  await actions().pins.pin();
  actions().pruning.setMethod("flap");
  actions().preferences.openTab("history");
  await measureAt(harness, 0.5);
  harness.elapse(2000);
  await until(harness, ({ history }) => history.entries !== null);
}

describe("a session", () => {
  it("brings the page back in another browser, own picture, pins, statistics and history with it", async () => {
    await worked();
    const before = shown();
    expect(before.pins).toHaveLength(1);
    const { history } = state();
    const file = await saved();
    expect(file.name).toMatch(/^pivotscope-session-fake-2026-01-01\.zip$/);
    await elsewhere();
    expect(shown()).not.toEqual(before);
    await open(file);
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(shown()).toEqual(before);
    expect(state().history.entries).toEqual(history.entries);
    expect(state().files.outcome).toContain("is open.");
    // It was kept, not computed again.
    expect(harness.fake().calls.filter(({ kind }) => kind === "evaluate")).toEqual([]);
  });

  it("outlives a reload where it was opened", async () => {
    await worked();
    const before = shown();
    const file = await saved();
    await elsewhere();
    await open(file);
    harness.elapse(1000);
    const { records, hashes } = harness;
    const hash = hashes.at(-1)?.hash ?? "";
    harness.workbench.close();
    harness = createHarness(records);
    const { decodeSharedState } = await import("../address/url.ts");
    await harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect({ ...shown(), pins: [] }).toEqual({ ...before, pins: [] });
  });

  it("brings own samples that were in use, in place of those at hand, which can be had back", async () => {
    harness = await opened();
    await actions().ownSamples.addFiles([own], "Is it a cat?");
    actions().ownSamples.use();
    await actions().calibration.start();
    const { key } = state().ownSamples.used ?? {};
    const samples = state().calibration.statistics?.samples;
    const file = await saved();
    await elsewhere();
    await actions().ownSamples.addFiles([new File(["other"], "dog.png")], "Is it a dog?");
    await open(file);
    expect(state().ownSamples.used?.key).toBe(key);
    expect(state().calibration.statistics?.samples).toBe(samples);
    await actions().ownSamples.undo();
    expect(state().ownSamples.entries.map(({ question }) => question)).toEqual(["Is it a dog?"]);
  });

  it("shows an own picture where the browser keeps nothing, and says so", async () => {
    await worked();
    const before = shown();
    const file = await saved();
    await elsewhere();
    harness.records.failWith(new Error("private window"));
    await open(file);
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(shown()).toEqual(before);
    expect(state().files.outcome).toContain("This browser does not keep all of it (private window)");
  });

  it("holds the plan as it stood, wherever the thumb goes meanwhile", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    const still = await entryOf(await saved(), "plan.json");
    const { records } = harness;
    vi.spyOn(records, "read").mockImplementationOnce((...place) => {
      actions().pruning.setRatio(0.6);
      return records.read(...place);
    });
    expect(await entryOf(await saved(), "plan.json")).toEqual(still);
    expect(state().pruning.ratio).toBe(0.6);
  });

  it("says what it is without, and gives no sliced weights' result as that of masks", async () => {
    harness = await opened();
    await measureAt(harness, 0.3);
    expect(await entryOf(await saved(), "shown.json")).not.toBeNull();
    expect(state().files.outcome).toBeNull();
    await actions().slicing.run((run) => void run.slice(false));
    await until(harness, ({ measurement }) => {
      harness.elapse(REST);
      return measurement.shown?.of.weights === "sliced" && measurement.shown.answer !== null;
    });
    expect(await entryOf(await saved(), "shown.json")).toBeNull();
    expect(state().files.outcome).toMatch(/\.zip is without the result of the sliced weights\.$/);
  });
});
