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
