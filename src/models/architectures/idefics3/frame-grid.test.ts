import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cropGrid } from "../../image/frame-grid.ts";
import { cutFrames } from "./processor.ts";

const config = {
  frameSize: 8,
  longestEdge: 32,
  splits: true,
  rescaleFactor: 1,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
};

describe("cropGrid", () => {
  it("foretells what the processor cuts, whatever the picture's size", async () => {
    const side = fc.integer({ min: 1, max: 90 });
    await fc.assert(
      fc.asyncProperty(side, side, fc.constantFrom(8, 16, 32), async (width, height, longestEdge) => {
        const data = new Uint8Array(width * height * 3);
        const { rows, columns } = await cutFrames({ width, height, data }, { ...config, longestEdge }, { split: true });
        expect(cropGrid({ width, height }, { frameSize: 8, longestEdge })).toEqual({ rows, columns });
      }),
    );
  });

  it("gives SmolVLM's grid for a photograph", () => {
    const smolvlm = { frameSize: 512, longestEdge: 2048 };
    expect(cropGrid({ width: 1200, height: 900 }, smolvlm)).toEqual({ rows: 3, columns: 4 });
    expect(cropGrid({ width: 300, height: 300 }, { frameSize: 96, longestEdge: 96 })).toEqual({ rows: 0, columns: 0 });
  });
});
