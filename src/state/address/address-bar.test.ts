/** The address follows what is shown, and a step back leads to where the thumb stood before it was moved. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../testing/harness.ts";
import { opened, until } from "../testing/journey.ts";
import { decodeSharedState } from "./url.ts";

let harness: Harness = createHarness();
/** The browser's history, and the place in it. */
let entries: string[] = [];
let place = 0;
let read = 0;

beforeEach(async () => {
  harness = await opened(createHarness());
  [entries, place, read] = [[], 0, 0];
  settle();
});
afterEach(() => harness.workbench.close());

const actions = () => harness.workbench.actions;

/** Does with a history of our own what the page has done with the browser's. */
function settle(milliseconds = 2000): void {
  harness.elapse(milliseconds);
  for (const { hash, mode } of harness.hashes.slice(read)) {
    if (mode === "push") {
      entries = entries.slice(0, place + 1);
      place += 1;
    }
    entries[place] = hash;
  }
  read = harness.hashes.length;
}

const ratios = () => entries.map((hash) => Number(new URLSearchParams(hash).get("ratio")));

async function go(steps: -1 | 1): Promise<void> {
  place += steps;
  const hash = entries[place] ?? "";
  await harness.workbench.visit(decodeSharedState(hash), { hash, search: "" });
  settle();
}

/** Drags the thumb through these ratios, resting at each long enough that the address follows. */
function drag(...through: readonly number[]): void {
  actions().pruning.hold(true);
  for (const ratio of through) {
    actions().pruning.setRatio(ratio);
    settle(400);
  }
  actions().pruning.hold(false);
  settle(0);
}

it("has one entry for each time that the thumb was moved, and follows while it moves", () => {
  expect(ratios()).toEqual([40]);
  actions().pruning.hold(true);
  actions().pruning.setRatio(0.42);
  settle(400);
  expect(ratios()).toEqual([40, 42]);
  actions().pruning.setRatio(0.45);
  // A long rest with the thumb in hand does not end the movement.
  settle(5000);
  actions().pruning.setRatio(0.5);
  actions().pruning.hold(false);
  // It is there when the thumb is let go, without a delay.
  settle(0);
  expect(ratios()).toEqual([40, 50]);
  drag(0.2);
  expect(ratios()).toEqual([40, 50, 20]);
});

it("takes steps of keys that follow one another as one movement", () => {
  for (const ratio of [0.41, 0.42, 0.43]) {
    actions().pruning.setRatio(ratio);
    settle(500);
  }
  settle();
  actions().pruning.setRatio(0.44);
  settle();
  expect(ratios()).toEqual([40, 43, 44]);
});

it("goes back to the earlier ratio and forward again, and makes no entries by that", async () => {
  drag(0.5, 0.6);
  drag(0.2);
  await go(-1);
  expect(harness.workbench.store.getState().pruning.ratio).toBe(0.6);
  await go(-1);
  expect(harness.workbench.store.getState().pruning.ratio).toBe(0.4);
  expect([ratios(), place]).toEqual([[40, 60, 20], 0]);
  await go(1);
  await go(1);
  expect(harness.workbench.store.getState().pruning.ratio).toBe(0.2);
  expect([ratios(), place]).toEqual([[40, 60, 20], 2]);
});

it("goes back to another picture, and makes no entry by that", async () => {
  await actions().input.chooseExample("2");
  settle();
  const examples = () => entries.map((hash) => new URLSearchParams(hash).get("example"));
  expect(examples()).toEqual(["1", "2"]);
  await go(-1);
  await until(harness, ({ input }) => input.picture?.exampleId === "1");
  settle();
  expect([examples(), place]).toEqual([["1", "2"], 0]);
  drag(0.3);
  expect([examples(), ratios()]).toEqual([
    ["1", "1"],
    [40, 30],
  ]);
});

it("writes other changes over the entry at hand", () => {
  actions().pruning.setMethod("flap");
  actions().preferences.openTab("curves");
  settle();
  expect(entries).toHaveLength(1);
  expect(entries[0]).toContain("method=flap");
});
