/** What this browser keeps of one's work is listed and goes when it is removed. */
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const kinds = () => state().kept.items?.map(({ kind }) => kind);
const places = (kind: string) => [...harness.records.lists.keys()].filter((key) => key.startsWith(kind));

/** A page with an own picture, a calibration and what the model said about two pictures. */
async function worked(): Promise<void> {
  harness = await opened();
  await measureAt(harness, 0.4);
  await actions().input.choosePicture(new Blob(["own"]), "own.png");
  await until(harness, ({ reasoning, input }) => reasoning.status === "done" && input.picture?.keptAs !== null);
  await measureAt(harness, 0.5);
  await until(harness, () => places("answer ").length === 2 && places("statistics ").length === 1);
}

it("is listed with what it is and how large", async () => {
  await worked();
  await actions().kept.refresh();
  expect(kinds()).toEqual(["picture", "calibration", "answers", "answers"]);
  expect(state().kept.items?.map(({ title }) => title)).toEqual([
    "own.png",
    "Calibration of Fake",
    state().input.question,
    "How many cones?",
  ]);
  for (const { bytes } of state().kept.items ?? []) expect(bytes).toBeGreaterThan(0);
});

it("goes, one by one or all", async () => {
  await worked();
  await actions().kept.refresh();
  const [picture, calibration] = state().kept.items ?? [];
  if (!picture || !calibration) throw new Error("Nothing is kept.");
  await actions().kept.remove([calibration]);
  expect(places("statistics ")).toEqual([]);
  expect(kinds()).toEqual(["picture", "answers", "answers"]);
  await actions().kept.remove(state().kept.items ?? []);
  expect(state().kept).toMatchObject({ items: [], removing: [], failure: null });
  expect([...places("answer "), ...places("asked-picture ")]).toEqual([]);
});

it("goes with the own picture that it is about, and with no other", async () => {
  await worked();
  await actions().kept.forgetPicture();
  await actions().kept.refresh();
  expect(kinds()).toEqual(["calibration", "answers"]);
  expect(state().input.picture).toMatchObject({ name: "own.png", keptAs: null });
  harness.workbench.close();
  harness = createHarness(harness.records);
  await harness.workbench.open();
  expect(await actions().input.restorePicture("1", null)).toBe(false);
});

it("says why it cannot be read or removed", async () => {
  await worked();
  await actions().kept.refresh();
  const { items } = state().kept;
  harness.records.failWith(new Error("private window"));
  await actions().kept.remove(items ?? []);
  expect(state().kept.failure?.message).toContain("private window");
  expect(state().kept.items).toBe(items);
});
