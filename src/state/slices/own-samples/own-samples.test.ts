import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { MAXIMUM_OWN_SAMPLES } from "../../../models/own-samples-limits.ts";
import { decodeSharedState, encodeSharedState } from "../../address/url.ts";
import { sharedState } from "../../address/url-sync.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { calibratedElsewhere, calibrationOutdated } from "../calibration.ts";
import { inputKey } from "../input/input.ts";
import { usedCount, usedOutdated } from "./own-samples.ts";
import { ownTrace } from "./own-samples-pictures.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const own = () => harness.workbench.actions.ownSamples;
const entries = () => state().ownSamples.entries;
const picture = (name: string, content = name) => new File([content], name, { type: "image/png" });
const calls = (kind: string) => harness.fake().calls.filter((call) => call.kind === kind);
/** The second page that is opened in the same browser. */
const again = () => createHarness(harness.records);

async function withTwo(): Promise<void> {
  harness = await opened();
  await own().addFiles([picture("a.png"), picture("b.png")], " What is this? ");
}

describe("collecting own samples", () => {
  it("takes the picture and question at hand with the reasoning that is there", async () => {
    harness = await opened();
    await own().addCurrent();
    expect(entries()).toMatchObject([{ question: "How many cones?", picture: { name: "one.png" }, answer: null }]);
    const [entry] = entries();
    const ids = state().reasoning.trace?.tokens.map(({ id }) => id);
    expect(entry && ownTrace(entry, state().model.summary)?.ids).toEqual(ids);
  });

  it("keeps a picture's own file, and of an animation a file of its first picture", async () => {
    harness = await opened();
    await own().addFiles([picture("a.jpg", "fine"), picture("b.gif", "moving")], "Why?");
    const [first, second] = entries().map((entry) => entry.picture?.file);
    expect(await first?.text()).toBe("fine");
    expect(second?.type).toBe("image/png");
    expect(await second?.text()).toMatch(/^1 × 1/);
  });

  it("takes a scene as a picture of its own", async () => {
    harness = await opened();
    await harness.workbench.actions.input.chooseExample("3");
    await own().addCurrent();
    const file = entries()[0]?.picture?.file;
    expect(file?.type).toBe("image/png");
    expect(await file?.text()).toMatch(/^96 × 96/);
  });

  it("takes several pictures with one question, and names those that cannot be read", async () => {
    harness = await opened();
    await own().addFiles([picture("a.png"), picture("b.png", "broken"), picture("c.png", "broken too")], "Why?");
    expect(entries()).toMatchObject([{ question: "Why?", picture: { name: "a.png" }, trace: null }]);
    expect(state().ownSamples.failure?.message).toBe("b.png is cut off. 1 more could not be read.");
    await own().addFiles([picture("d.png")], "  ");
    expect(state().ownSamples.failure?.message).toBe("The question is empty.");
    expect(entries()).toHaveLength(1);
  });

  it("is full with as many samples as a file holds", async () => {
    harness = await opened();
    const sample = { question: "Why?" };
    const samples = Array.from({ length: MAXIMUM_OWN_SAMPLES - 1 }, () => sample);
    const file = JSON.stringify({ format: "pivotscope-own-samples", version: 1, samples });
    await own().openFile(new File([file], "many.json"));
    await own().addFiles([picture("a.png"), picture("b.png"), picture("c.png")], "Why?");
    expect(entries()).toHaveLength(MAXIMUM_OWN_SAMPLES);
    expect(state().ownSamples.failure?.message).toBe("The list is full with 1000 samples; 2 more were not added.");
    await own().addCurrent();
    expect(entries()).toHaveLength(MAXIMUM_OWN_SAMPLES);
    expect(state().ownSamples).toMatchObject({
      reading: false,
      failure: { message: expect.stringMatching(/1 more was not added/) },
    });
    expect(await own().save()).not.toBeNull();
  });

  it("lets questions and answers be edited; another question has another trace", async () => {
    await withTwo();
    await own().writeTraces();
    const [first] = entries();
    const number = first?.number ?? 0;
    expect(await own().edit(number, { answer: " three " })).toBe(true);
    expect(entries()[0]).toMatchObject({ answer: "three", trace: first?.trace });
    expect(await own().edit(number, { question: "What is this?" })).toBe(true);
    expect(entries()[0]?.trace).not.toBeNull();
    expect(await own().edit(number, { question: " Why? " })).toBe(true);
    expect(entries()[0]).toMatchObject({ question: "Why?", trace: null });
    expect(await own().edit(number, { question: "" })).toBe(false);
    expect(entries()[0]?.question).toBe("Why?");
    own().remove(number);
    expect(entries()).toHaveLength(1);
  });
});

describe("traces of own samples", () => {
  it("are written one by one, and those that are there are left alone", async () => {
    await withTwo();
    const before = calls("generate").length;
    await own().writeTraces();
    expect(calls("generate")).toHaveLength(before + 2);
    expect(entries().every((entry) => ownTrace(entry, state().model.summary))).toBe(true);
    expect(state().ownSamples.writing).toBeNull();
    await own().writeTraces();
    expect(calls("generate")).toHaveLength(before + 2);
  });

  it("are written for a sample whose answer is edited while it waits, not for one with another question", async () => {
    harness = await opened();
    await own().addFiles([picture("a.png"), picture("b.png"), picture("c.png")], "Why?");
    const [, second, third] = entries().map(({ number }) => number);
    const gate = harness.fake().gate("generate");
    const writing = own().writeTraces();
    await until(harness, ({ ownSamples }) => ownSamples.writing?.waiting === false);
    own().edit(second ?? 0, { answer: "three" });
    own().edit(third ?? 0, { question: "How?" });
    gate.open();
    await writing;
    expect(entries().map(({ trace }) => trace !== null)).toEqual([true, true, false]);
    expect(entries()[1]?.answer).toBe("three");
  });

  it("stay as far as they came when writing is cancelled", async () => {
    await withTwo();
    const gate = harness.fake().gate("generate");
    const writing = own().writeTraces();
    await until(harness, ({ ownSamples }) => ownSamples.writing?.waiting === false);
    expect(state().ownSamples.writing).toMatchObject({ done: 0, total: 2 });
    own().cancel();
    await writing;
    gate.open();
    expect(state().ownSamples).toMatchObject({
      writing: null,
      failure: null,
      note: expect.stringMatching(/Cancelled/),
    });
    expect(entries().map(({ trace }) => trace)).toEqual([null, null]);
  });

  it("say why they could not be written", async () => {
    await withTwo();
    harness.fake().failNext("generate", new PivotscopeError("bad-input", "The prompt is too long.", "Shorten it."));
    await own().writeTraces();
    expect(state().ownSamples.failure?.message).toBe("The prompt is too long.");
    await own().writeTraces();
    expect(state().ownSamples.failure).toBeNull();
    expect(entries().every(({ trace }) => trace !== null)).toBe(true);
  });
});

describe("own samples in place of the model's set", () => {
  it("are given to the engine before it calibrates, once, and taken back", async () => {
    await withTwo();
    await own().writeTraces();
    expect(calibratedElsewhere(state())).toBe(false);
    own().use();
    expect(usedCount(state())).toBe(2);
    expect([calibrationOutdated(state()), calibratedElsewhere(state())]).toEqual([true, true]);
    expect(calls("setSamples")).toHaveLength(0);

    await harness.workbench.actions.calibration.start();
    await harness.workbench.actions.calibration.start();
    expect(calls("setSamples")).toHaveLength(1);
    const [given] = calls("setSamples");
    expect(given?.own).toMatchObject([{ question: "What is this?" }, { question: "What is this?" }]);
    expect(given?.own?.[0]?.trace).toEqual(entries()[0]?.trace?.ids);
    expect(given?.own?.[0]?.picture).toMatchObject({ width: 1, height: 1 });
    expect([calibrationOutdated(state()), calibratedElsewhere(state())]).toEqual([false, false]);

    own().release();
    expect(calibratedElsewhere(state())).toBe(true);
    await harness.workbench.actions.calibration.start();
    expect(calls("setSamples").map((call) => call.own === null)).toEqual([false, true]);
  });

  it("stay those that were used while the list changes", async () => {
    await withTwo();
    own().use();
    expect(usedOutdated(state())).toBe(false);
    await own().writeTraces();
    expect(usedOutdated(state())).toBe(false);
    own().remove(entries()[0]?.number ?? 0);
    expect(usedCount(state())).toBe(2);
    expect(usedOutdated(state())).toBe(true);
    own().use();
    expect([usedCount(state()), usedOutdated(state())]).toEqual([1, false]);
  });

  it("are what experiments and layer views look at, which forget what they measured on others", async () => {
    await withTwo();
    const { experiments, layers } = harness.workbench.actions;
    await layers.start();
    await experiments.prepare("methods");
    await until(harness, (now) => now.experiments.families !== null);
    expect(calls("setSamples")).toHaveLength(0);
    own().use();
    expect(state().layers.views).toBeNull();
    expect(state().experiments.families).toBeNull();
    await experiments.prepare("methods");
    await until(harness, (now) => now.experiments.families !== null);
    expect(harness.fake().calls.slice(-2)).toMatchObject([{ kind: "setSamples" }, { kind: "evaluationSet" }]);
    await layers.start();
    expect(calls("setSamples")).toHaveLength(1);
  });

  it("say beside the calibration when a picture cannot be given", async () => {
    await withTwo();
    own().use();
    harness.fake().failNext("setSamples", new PivotscopeError("bad-input", "Own sample 1 has no question."));
    await harness.workbench.actions.calibration.start();
    expect(state().calibration).toMatchObject({ status: "failed", failure: { code: "bad-input" } });
    await harness.workbench.actions.calibration.start();
    expect(state().calibration.status).toBe("done");
  });
});

describe("own samples over a reload", () => {
  it("are all there, with pictures, traces and their use", async () => {
    await withTwo();
    await own().writeTraces();
    own().use();
    const list = () => harness.records.lists.get("own-samples");
    await expect.poll(list).toMatchObject([{ usedWith: state().model.summary?.weightHash, entries: [{}, {}] }]);
    const before = entries().map(({ number: _, ...entry }) => entry);
    harness.workbench.close();

    harness = await opened(again());
    expect(entries()).toHaveLength(2);
    expect(entries()).toMatchObject(before.map(({ picture: _, ...rest }) => rest));
    expect(await Promise.all(entries().map((entry) => entry.picture?.file.text()))).toEqual(["a.png", "b.png"]);
    expect(usedCount(state())).toBe(2);
    expect(calls("setSamples")).toHaveLength(1);
  });

  it("lie in the browser once each, and go when their sample goes", async () => {
    harness = await opened();
    await own().addFiles([picture("a.png", "same"), picture("b.png", "same"), picture("c.png")], "Why?");
    const pictures = () => [...harness.records.lists.keys()].filter((key) => key.startsWith("own-picture"));
    await expect.poll(pictures).toHaveLength(2);
    for (const { number } of entries()) own().edit(number, { answer: "no" });
    for (let round = 0; round < 30; round++) own().edit(entries()[0]?.number ?? 0, { answer: String(round) });
    own().remove(entries()[2]?.number ?? 0);
    await expect.poll(pictures).toHaveLength(1);
    expect(harness.records.lists.get("own-samples")).toHaveLength(1);
  });

  it("say so when the browser keeps nothing, and go on", async () => {
    harness = await opened();
    const full = new DOMException("The quota has been exceeded.", "QuotaExceededError");
    harness.records.failWith(full);
    await own().addFiles([picture("a.png")], "Why?");
    await until(harness, ({ ownSamples }) => ownSamples.notKept !== null);
    expect(state().ownSamples.notKept).toMatch(/storage is full.*Save them as a file/);
    expect(entries()).toHaveLength(1);
    harness.records.failWith(null);
    own().edit(entries()[0]?.number ?? 0, { answer: "yes" });
    await until(harness, ({ ownSamples }) => ownSamples.notKept === null);
  });
});

describe("files of own samples", () => {
  it("come back whole, with traces of another model too", async () => {
    await withTwo();
    await own().writeTraces();
    const saved = await own().save();
    expect(saved?.name).toBe("pivotscope-own-samples-2.json");
    const before = entries();
    for (const { number } of before) own().remove(number);

    await own().openFile(new File([saved?.text ?? ""], "mine.json"));
    expect(entries()).toMatchObject(before.map(({ question, trace }) => ({ question, trace })));
    expect(entries()[0]?.picture).toMatchObject({ id: before[0]?.picture?.id, name: "a.png" });
    expect(state().ownSamples).toMatchObject({ note: "", failure: null });

    const foreign = (saved?.text ?? "").replaceAll(state().model.summary?.weightHash ?? "", "f".repeat(64));
    await own().openFile(new File([foreign], "mine.json"));
    expect(entries().map(({ trace }) => trace?.weightHash)).toEqual(["f".repeat(64), "f".repeat(64)]);
    expect(entries().map((entry) => ownTrace(entry, state().model.summary))).toEqual([null, null]);
    expect(state().ownSamples.note).toMatch(/^2 traces were written by another model; they are kept for it/);
  });

  it("keep their traces while no model is there to tell whose they are", async () => {
    await withTwo();
    await own().writeTraces();
    const saved = await own().save();
    const traces = entries().map(({ trace }) => trace);
    harness.workbench.close();

    harness = createHarness();
    expect(state().model.summary).toBeNull();
    await own().openFile(new File([saved?.text ?? ""], "mine.json"));
    expect(entries().map(({ trace }) => trace)).toEqual(traces);
    expect(state().ownSamples).toMatchObject({ note: "", failure: null });
  });

  it("leave the list as it is when they cannot be read, and name the field", async () => {
    await withTwo();
    await own().openFile(new File(['{"format":"pivotscope-own-samples","version":1,"samples":[{}]}'], "mine.json"));
    expect(state().ownSamples.failure).toMatchObject({
      code: "bad-input",
      message: expect.stringContaining('mine.json: "samples[0].question" is missing'),
    });
    expect(entries()).toHaveLength(2);
    expect(state().ownSamples.reading).toBe(false);
  });
});

describe("a picture that is split", () => {
  it("is another input, asked anew, and goes into the link", async () => {
    harness = await opened();
    const before = inputKey(state().input);
    const asked = calls("generate").length;
    harness.workbench.actions.input.setSplit(true);
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(inputKey(state().input)).not.toBe(before);
    expect(calls("generate")).toHaveLength(asked + 1);
    expect(calls("generate").at(-1)?.input?.split).toBe(true);
    expect(encodeSharedState(sharedState(state()))).toContain("split=1");
    // Its reasoning is not that of the sample, which is never split.
    await own().addCurrent();
    expect(entries()[0]?.trace).toBeNull();
    harness.workbench.actions.input.setSplit(false);
    expect(inputKey(state().input)).toBe(before);
  });

  it("comes with a link", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState("split=1"));
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(calls("generate").at(-1)?.input?.split).toBe(true);
  });
});
