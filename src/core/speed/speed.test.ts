import { describe, expect, it } from "vitest";
import { type DecoderShape, meanContext, tokenCost } from "./ideal.ts";
import { speedFigures, speedGains, spreadOf, type TimedRun } from "./speed.ts";

describe("what a token costs at least", () => {
  /** Two layers of width 8 with 2 and 1 groups of 2 query heads of length 4, 10 and 6 neurons; 20 words. */
  const matrices = 2 * (8 * 8 + 8 * 8) - (8 * 8) / 2 + 3 * 8 * 16 + 20 * 8;
  const shape: DecoderShape = {
    ...{ matrixNumbers: matrices, weightBytes: 2 * matrices + 4 * 40 },
    ...{ keyValueHeads: 3, queryHeads: 6, headSize: 4 },
  };

  it("is every weight once, and keys and values of all before", () => {
    expect(matrices).toBe(768);
    // 768 numbers in two bytes, 40 of vectors in four; 3 heads · 4 numbers · (key and value) · 4 bytes = 96 a token.
    expect(tokenCost(shape, 0)).toEqual({ bytes: 1696, operations: 1536 });
    expect(tokenCost(shape, 10)).toEqual({ bytes: 1696 + 960, operations: 1536 + 960 });
    // Keys: 10 products of length 4 with 6 heads, 2 operations each; the same for values.
    expect(tokenCost(shape, 10).operations - 1536).toBe(2 * (10 * 4 * 6 * 2));
  });

  it("is taken at the mean context", () => {
    // Behind a prompt of 5 and a first token: 3 tokens attend to 6, 7 and 8.
    expect(meanContext(5, 3)).toBe(7);
    expect(meanContext(5, 1)).toBe(6);
  });
});

describe("several runs", () => {
  it.each([
    [[3], { median: 3, lowest: 3, highest: 3 }],
    [[9, 1, 2], { median: 2, lowest: 1, highest: 9 }],
    [[4, 1, 2, 9], { median: 3, lowest: 1, highest: 9 }],
  ])("%j have a median and a spread", (values, expected) => {
    expect(spreadOf(values)).toEqual(expected);
  });

  const run = (firstToken: number, decode: number, peakBytes: number): TimedRun => ({
    ...{ promptTokens: 20, firstToken, decodedTokens: 10, decode, weightBytes: 100, copyBytes: 0, cacheBytes: 30 },
    peakBytes,
  });

  it("give tokens a second, the most memory, and the cost at their mean context", () => {
    const figures = speedFigures([run(10, 100, 150), run(20, 50, 170), run(40, 200, 160)], (context) => ({
      ...{ bytes: context, operations: 2 * context },
    }));
    expect(figures).toEqual({
      prefill: { median: 1000, lowest: 500, highest: 2000 },
      decode: { median: 100, lowest: 50, highest: 200 },
      firstToken: { median: 20, lowest: 10, highest: 40 },
      ...{ weightBytes: 100, copyBytes: 0, cacheBytes: 30, peakBytes: 170 },
      ideal: { bytes: 25.5, operations: 51 },
    });
  });

  it("are compared run by run with the one beside it, beside what bytes would have it", () => {
    const runs = {
      // The machine became slower in the second pair, for both.
      dense: [run(10, 100, 0), run(40, 400, 0), run(10, 120, 0)],
      sliced: [run(5, 50, 0), run(40, 200, 0), run(8, 40, 0)],
    };
    const figures = (bytes: number) => speedFigures([run(1, 1, 0)], () => ({ bytes, operations: 0 }));
    expect(speedGains(runs, { dense: figures(900), sliced: figures(300) })).toEqual({
      decode: { median: 2, lowest: 2, highest: 3 },
      firstToken: { median: 1.25, lowest: 1, highest: 2 },
      ideal: 3,
    });
  });
});
