import { beforeEach, describe, expect, it } from "vitest";
import type { CellResult, ExperimentResult } from "../../../core/experiments/experiment.ts";
import { createMemoryRecords, type MemoryRecords } from "../../testing/memory-records.ts";
import { withinLimits } from "../within-limits.ts";
import { partBetween } from "./experiments-parts.ts";
import type { KeptResult } from "./kept-result.ts";
import { createKeptResults, MOST_RESULT_BYTES, MOST_RESULTS, RESULT_LIMITS } from "./kept-results.ts";
import { recordSize } from "./record-size.ts";

let records: MemoryRecords;
let refusals: string[];
let clock: number;
beforeEach(() => {
  records = createMemoryRecords();
  refusals = [];
  clock = 1000;
});
const page = () =>
  createKeptResults(
    records,
    () => clock,
    (sentence) => refusals.push(sentence),
  );

/** A result of one cell with this many records. */
function resultWith(count: number, model = "scenes"): ExperimentResult {
  const scores = {} as CellResult["records"][number]["scores"];
  const measured = Array.from({ length: count }, (_, sample) => ({
    sample,
    scores,
    kl: new Float32Array(2),
    text: "Final Answer: yes",
  }));
  return {
    description: { version: 1, kind: "windows", size: 2, samplesPerFamily: 10, generate: true },
    model: { name: model, weightHash: "w", backend: "cpu" },
    cmds: [1],
    samples: 4,
    traces: [],
    cells: [{ cell: { id: "dense", series: null, place: 0, reachedRatio: 0 }, records: measured }],
  };
}

describe("kept results", () => {
  it("are listed with the latest first, with what they are and how large", async () => {
    const results = page();
    await results.append('["a"]', null, resultWith(1));
    clock = 2000;
    await results.append('["b"]', null, resultWith(2, "other"));
    clock = 3000;
    await results.append('["a"]', resultWith(1), resultWith(3));
    const list = await results.list();
    expect(list.map(({ key, at, about }) => [key, at, about?.model, about?.measured])).toEqual([
      ['["a"]', 3000, "scenes", 3],
      ['["b"]', 2000, "other", 2],
    ]);
    expect(list[0]?.bytes).toBe(recordSize(records.lists.get('["a"]')));
    expect(await results.read('["a"]')).toEqual(resultWith(3));
    expect(refusals).toEqual([]);
  });

  it("are whole again when one that was removed is gone on with, here or in another tab", async () => {
    const results = page();
    await results.append('["a"]', null, resultWith(1));
    await page().remove(['["a"]']);
    expect(await results.read('["a"]')).toBeNull();
    expect(await results.list()).toEqual([]);
    await results.append('["a"]', resultWith(1), resultWith(2));
    expect(await results.read('["a"]')).toEqual(resultWith(2));
    expect(await results.list()).toHaveLength(1);
  });

  it("take in what earlier versions left without a list, and can remove it", async () => {
    await records.append('["old"]', partBetween(null, resultWith(2)));
    await records.append('["strange"]', { version: 99 });
    await records.append("own-samples", { version: 1 });
    const results = page();
    await results.append('["new"]', null, resultWith(1));
    expect((await results.list()).map(({ key, at, about }) => [key, at, about?.measured])).toEqual([
      ['["new"]', 1000, 1],
      ['["old"]', null, 2],
      ['["strange"]', null, undefined],
    ]);
    await results.append('["old"]', resultWith(2), resultWith(3));
    expect(await results.read('["old"]')).toEqual(resultWith(3));
    await results.remove(['["old"]', '["strange"]']);
    expect([...records.lists.keys()].sort()).toEqual(['["new"]', "experiments", "own-samples"]);
  });

  it("make room: the oldest go, the latest never does", async () => {
    const results = page();
    for (let place = 0; place < MOST_RESULTS + 2; place++) await results.append(`["${place}"]`, null, resultWith(1));
    const list = await results.list();
    expect(list).toHaveLength(MOST_RESULTS);
    expect(list.at(-1)?.key).toBe('["2"]');
    expect(records.lists.has('["1"]')).toBe(false);

    const kept = (bytes: number): KeptResult => ({ key: "", about: null, bytes, at: null });
    const [large, small] = [kept(MOST_RESULT_BYTES), kept(1)];
    expect(withinLimits([large, small], RESULT_LIMITS)).toEqual({ stay: [large], go: [small] });
    expect(withinLimits([kept(MOST_RESULT_BYTES + 1)], RESULT_LIMITS).go).toEqual([]);
    expect(withinLimits([small, large, small], RESULT_LIMITS)).toEqual({ stay: [small], go: [large, small] });
    expect(withinLimits([small, small], RESULT_LIMITS)).toEqual({ stay: [small, small], go: [] });
  });

  it("say why the browser does not keep them, and what can be removed", async () => {
    records.failWith(Object.assign(new Error("no room"), { name: "QuotaExceededError" }));
    const results = page();
    await results.append('["a"]', null, resultWith(1));
    expect(await results.read('["a"]')).toBeNull();
    expect(refusals[0]).toMatch(/storage is full.*Open model lists what can be removed/);
    await expect(results.list()).rejects.toThrow("no room");
    await expect(results.remove(["x"])).rejects.toThrow("no room");
  });
});

it("counts what a record takes", () => {
  expect(recordSize({ ab: "cde", f: [1, null, true], g: new Float32Array(3) })).toBe(4 + 6 + 2 + 24 + 2 + 12);
});
