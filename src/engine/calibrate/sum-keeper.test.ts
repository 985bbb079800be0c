import { expect, it } from "vitest";
import type { SummedSoFar } from "../contract.ts";
import { createKeepingPace, createPacedKeeper } from "./sum-keeper.ts";

it("is due at once, and then when what it took is a hundredth of the time since", () => {
  const pace = createKeepingPace(0.01);
  expect(pace.due(0)).toBe(true);
  pace.took(0, 3);
  expect(pace.due(302)).toBe(false);
  expect(pace.due(303)).toBe(true);
  pace.took(400, 400.5);
  expect(pace.due(450.4)).toBe(false);
  expect(pace.due(450.5)).toBe(true);
});

it("hands out after every run where runs take long, and not after every one where they do not", async () => {
  let clock = 0;
  const kept: SummedSoFar[] = [];
  const none = new Float32Array();
  const read = async () => {
    clock += 2;
    return { pivot: none, tokens: none, terms: none, inputs: none, products: none };
  };
  const keeper = createPacedKeeper({ keep: (done) => kept.push(done), now: () => clock }, read);
  const run = async (milliseconds: number, samples: number) => {
    clock += milliseconds;
    await keeper({ samples, batches: samples, pivotBatches: 0 });
  };
  for (const samples of [1, 2, 3]) await run(500, samples);
  expect(kept.map(({ samples }) => samples)).toEqual([1, 2, 3]);
  for (const samples of [4, 5, 6, 7, 8, 9]) await run(70, samples);
  expect(kept.map(({ samples }) => samples)).toEqual([1, 2, 3, 6, 9]);
});
