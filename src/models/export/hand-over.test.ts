import { describe, expect, it } from "vitest";
import { handOver } from "./hand-over.ts";

describe("handing over", () => {
  const counting = (given: number[], limit: number) => async (give: (piece: number) => Promise<void>) => {
    for (let piece = 0; piece < limit; piece++) {
      given.push(piece);
      await give(piece);
    }
  };

  it("gives every piece in order, one at a time", async () => {
    const given: number[] = [];
    const taken: number[] = [];
    for await (const piece of handOver(counting(given, 4))) {
      taken.push(piece);
      expect(given).toEqual(taken);
    }
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it("ends the producer where nobody asks any more", async () => {
    const given: number[] = [];
    let cleaned = false;
    const produce = async (give: (piece: number) => Promise<void>) => {
      try {
        await counting(given, 9)(give);
      } finally {
        cleaned = true;
      }
    };
    for await (const piece of handOver(produce)) if (piece === 1) break;
    expect(given).toEqual([0, 1]);
    expect(cleaned).toBe(true);
  });

  it("passes failures on", async () => {
    const failing = handOver<number>(async (give) => {
      await give(1);
      throw new Error("The disk is gone.");
    });
    expect(await failing.next()).toEqual({ value: 1, done: false });
    await expect(failing.next()).rejects.toThrow("The disk is gone.");
    const none = handOver<number>(() => Promise.reject(new Error("At once.")));
    await expect(none.next()).rejects.toThrow("At once.");
  });
});
