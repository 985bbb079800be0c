import { describe, expect, it } from "vitest";
import { cutPatches, patchPlaces } from "./cut-patches.ts";
import { levelsOf } from "./normalise.ts";

const pause = () => Promise.resolve();
const plain = levelsOf({ rescaleFactor: 1, mean: [0, 0, 0], deviation: [1, 1, 1] });
const places = (rows: number, columns: number, block: number) =>
  patchPlaces(rows, columns, block).map(({ row, column }) => `${row}${column}`);

describe("patches", () => {
  it("come row by row, or block by block and in each row by row", () => {
    expect(places(2, 3, 1)).toEqual(["00", "01", "02", "10", "11", "12"]);
    expect(places(2, 4, 2)).toEqual(["00", "01", "10", "11", "02", "03", "12", "13"]);
    expect(places(4, 2, 2)).toEqual(["00", "01", "10", "11", "20", "21", "30", "31"]);
  });

  it.each([1, 2])("hold channel, row, column of their place, in blocks of %i", async (block) => {
    const [width, height, patchSize] = [8, 12, 2];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 31) % 251);
    const target = new Float32Array(width * height * 3);
    await cutPatches({ width, height, data }, plain, { patchSize, block }, target, pause);
    patchPlaces(height / patchSize, width / patchSize, block).forEach(({ row, column }, patch) => {
      for (const channel of [0, 1, 2]) {
        for (const [y, x] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const) {
          const pixel = (row * patchSize + y) * width + column * patchSize + x;
          expect(target[(patch * 3 + channel) * 4 + y * 2 + x]).toBe(data[pixel * 3 + channel]);
        }
      }
    });
  });

  it("are normalised in float32", () => {
    const [red, , blue] = levelsOf({ rescaleFactor: 1 / 255, mean: [0.5, 0.5, 0.25], deviation: [0.5, 0.5, 0.5] });
    expect([red?.[0], red?.[255], blue?.[255]]).toEqual([-1, 1, 1.5]);
  });
});
