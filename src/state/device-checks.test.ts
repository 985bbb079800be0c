/** The check of a graphics device does not stand before the first answer, and is not made twice. */
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "./testing/harness.ts";
import { measureAt, opened, until } from "./testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const kinds = () => harness.fake().calls.map(({ kind }) => kind);

function leaving(right: boolean, records = createHarness().records) {
  harness = createHarness(records);
  harness.onEngine = (fake) => fake.leaveCheck("fused", right);
  return harness;
}

it("comes after the first answer, and what was right is kept for the next visit", async () => {
  await opened(leaving(true));
  await measureAt(harness, 0.3);
  await until(harness, ({ model }) => model.summary?.checks?.open === null);
  expect(kinds().indexOf("checkDevice")).toBeGreaterThan(kinds().indexOf("evaluate"));
  expect(state().model.summary?.precisionNote).toBe("");
  const { records } = harness;
  await expect.poll(() => records.lists.get("device checks")).toEqual([["half", "fused"]]);
  harness.workbench.close();
  await opened(leaving(true, records));
  await measureAt(harness, 0.3);
  expect(kinds()).not.toContain("checkDevice");
});

it("says what is wrong, and keeps nothing of it", async () => {
  await opened(leaving(false));
  await measureAt(harness, 0.3);
  await until(harness, ({ model }) => model.summary?.precisionNote === "It is wrong.");
  const { records } = harness;
  await expect.poll(() => records.lists.get("device checks")).toEqual([["half"]]);
  harness.workbench.close();
  await opened(leaving(false, records));
  await measureAt(harness, 0.3);
  await until(harness, ({ model }) => model.summary?.precisionNote === "It is wrong.");
  expect(kinds()).toContain("checkDevice");
});

it("is made at every visit where the browser keeps nothing", async () => {
  leaving(true);
  harness.records.failWith(new Error("blocked"));
  await opened(harness);
  await measureAt(harness, 0.3);
  await until(harness, ({ model }) => model.summary?.checks?.open === null);
  expect(state().model.summary?.precisionNote).toBe("");
});
