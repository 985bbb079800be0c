import { expect, it } from "vitest";
import type { Pruning } from "../../core/pruning.ts";
import type { SpeedRun, Trace } from "../contract.ts";
import { compareSpeed } from "./compare-speed.ts";

const RUN: SpeedRun = {
  ...{ promptTokens: 5, firstToken: 10, decodedTokens: 3, decode: 30 },
  ...{ weightBytes: 100, copyBytes: 0, cacheBytes: 10, peakBytes: 120 },
  shape: { matrixNumbers: 25, weightBytes: 100, keyValueHeads: 1, queryHeads: 1, headSize: 2 },
};

it("lets the sliced weights themselves write, and gives them back", async () => {
  const pruning: Pruning = { keep: Uint8Array.of(1, 0), meanInputs: null };
  const asked: unknown[] = [];
  const point = await compareSpeed(
    {
      async slice(of) {
        asked.push(["slice", of]);
        return {
          ...{ denseBytes: 100, slicedBytes: 50, denseParameters: 25, slicedParameters: 12 },
          denseReleased: false,
        };
      },
      async unslice() {
        asked.push(["unslice"]);
      },
      measureSpeed: async (_, { weights }) => ({ ...RUN, decode: weights === "dense" ? 30 : 15 }),
      async generate(_, options) {
        asked.push(["generate", options]);
        return { tokens: [], finish: "stop" } as Pick<Trace, "tokens" | "finish"> as Trace;
      },
    },
    {
      input: { picture: null, question: "What?" },
      ...{ asked: 0.5, reached: 0.5, pruning, tokens: 4, runs: 2, longestTrace: 7 },
    },
  );
  expect(asked).toEqual([
    ["slice", pruning],
    ["generate", { pruning: { ...pruning, weights: "sliced" }, maximumTokens: 7 }],
    ["unslice"],
  ]);
  expect(point.gains.decode.median).toBe(2);
  expect(point.trace).toEqual({ tokens: 0, ended: true });
});

it("times the own widths in the same rounds, each run on the weights that it says, beside the rounded ones", async () => {
  const plans = {
    rounded: { keep: Uint8Array.of(1, 0), meanInputs: null },
    own: { keep: Uint8Array.of(0, 1), meanInputs: null },
  };
  const nameOf = (of: Pruning) => (of.keep[0] === 1 ? "rounded" : "own");
  const asked: string[] = [];
  const steps: string[] = [];
  let held = "";
  // The machine becomes slower with every round.
  const times: Record<string, number[]> = { dense: [60, 90, 300], rounded: [20, 40, 100], own: [30, 40, 120] };
  const point = await compareSpeed(
    {
      async slice(of) {
        held = nameOf(of);
        asked.push(`slice ${held}`);
        return {
          ...{ denseBytes: 100, slicedBytes: 50, denseParameters: 25, slicedParameters: held === "own" ? 11 : 12 },
          denseReleased: false,
        };
      },
      async unslice() {
        held = "";
      },
      async measureSpeed(_, { weights }) {
        const model = weights === "dense" ? "dense" : held;
        asked.push(model);
        return { ...RUN, decode: times[model]?.shift() ?? Number.NaN };
      },
      async generate(_, { pruning }) {
        // By sliced weights that are there: under masks the page would wait for something else.
        expect(pruning && nameOf(pruning)).toBe(held);
        const tokens = Array(held === "own" ? 4 : 6).fill(null);
        return { tokens, finish: "stop" } as Pick<Trace, "tokens" | "finish"> as Trace;
      },
    },
    {
      input: { picture: null, question: "What?" },
      ...{ asked: 0.5, reached: 0.52, pruning: plans.rounded, own: { pruning: plans.own, reached: 0.5 } },
      ...{ tokens: 4, runs: 3, longestTrace: 7 },
    },
    { onProgress: ({ done, total }) => void steps.push(`${done}/${total}`) },
  );
  expect(asked.join(", ")).toBe(
    "slice rounded, dense, rounded, slice own, own, own, slice rounded, rounded, dense, dense, rounded, slice own, own",
  );
  expect(held).toBe("");
  expect(steps.at(-1)).toBe("15/15");
  expect(steps).toHaveLength(15);
  expect(point.gains.decode).toEqual({ median: expect.closeTo(3, 12), lowest: 2.25, highest: expect.closeTo(3, 12) });
  expect(point.own).toMatchObject({ reached: 0.5, parameters: 11, trace: { tokens: 4, ended: true } });
  // 30 to 20, 40 to 40, 120 to 100 milliseconds.
  expect(point.own?.gains.decode.median).toBeCloseTo(1.2, 12);
  expect([point.own?.gains.decode.lowest, point.own?.gains.decode.highest]).toEqual([1, expect.closeTo(1.5, 12)]);
  expect(point.trace).toEqual({ tokens: 6, ended: true });
});
