/**
 * Where the browser keeps own samples, results and unfinished calibrations, failing in many ways: the page opens, answers,
 * calibrates, and collects samples all the same, and says what is not kept.
 *
 * @module-tag attack
 */
import { afterEach, describe, expect, it } from "vitest";
import type { RecordStore } from "./environment.ts";
import { createHarness, type Harness } from "./testing/harness.ts";
import { opened, until } from "./testing/journey.ts";
import { createMemoryRecords } from "./testing/memory-records.ts";

let harness: Harness | null = null;
afterEach(() => harness?.workbench.close());

const named = (name: string, message = "") => Object.assign(new Error(message), { name });
const failing = (error: unknown) => () => Promise.reject(error);
const all = (error: unknown): Partial<RecordStore> => {
  const fail = failing(error);
  return { read: fail, append: fail, replace: fail, remove: fail };
};
const reading = (found: readonly unknown[]): Partial<RecordStore> => ({ read: async () => [...found] });
const deep = JSON.parse(`${"[".repeat(3000)}${"]".repeat(3000)}`) as unknown;

const FAILURES: readonly (readonly [string, (records: RecordStore) => Partial<RecordStore>])[] = [
  ["is forbidden to the page", () => all(named("SecurityError", "The operation is insecure."))],
  ["fails without a word", () => all(named("UnknownError"))],
  ["rejects with nothing at all", () => all(undefined)],
  ["is full", () => ({ append: failing(named("QuotaExceededError")), replace: failing(named("QuotaExceededError")) })],
  ["cannot be read", () => ({ read: failing(named("NotReadableError", "gone")) })],
  ["removes nothing", () => ({ remove: failing(named("UnknownError", "no")) })],
  ["forgets what it is given", () => ({ append: async () => {}, replace: async () => {} })],
  ["gives no locks", () => ({ alone: failing(named("InvalidStateError", "no locks here")) })],
  ["holds numbers", () => reading([1, 2, 3])],
  ["holds null and nothing", () => reading([null, undefined])],
  ["holds texts", () => reading(["", "x".repeat(100_000)])],
  ["holds lists without end", () => reading([deep, [deep]])],
  ["holds the names that every object has", () => reading([JSON.parse('{"__proto__":{"version":1},"constructor":1}')])],
  ["holds what a later version wrote", () => reading([{ version: 1e9, entries: [{}], of: {}, done: {} }])],
  [
    "holds everything twice",
    (records) => ({ read: async (key) => [...(await records.read(key)), ...(await records.read(key))] }),
  ],
  ["mixes up its lists", (records) => ({ read: () => records.read("calibrations") })],
];

describe("a storage that", () => {
  it.each(FAILURES)("%s: the page works", async (_, failure) => {
    const records = createMemoryRecords();
    harness = await opened(createHarness({ ...records, ...failure(records) }));
    const { store, actions } = harness.workbench;
    expect(store.getState().model).toMatchObject({ status: "ready", failure: null });
    await actions.ownSamples.addCurrent();
    const file = new File(["a"], "a.png", { type: "image/png" });
    await actions.ownSamples.addFiles([file], "What is this?");
    expect(store.getState().ownSamples.entries.map(({ question }) => question)).toEqual([
      "How many cones?",
      "What is this?",
    ]);
    const { notKept, note } = store.getState().ownSamples;
    for (const said of [notKept, note, store.getState().calibration.interruption]) {
      // A sentence, or nothing: never an empty reason in brackets, nor what only programs say.
      expect(said ?? "").not.toMatch(/\(\s*\)|undefined|\[object|TypeError|: \./);
    }
    await actions.calibration.start();
    await until(harness, ({ calibration }) => calibration.status === "done");
  });
});
