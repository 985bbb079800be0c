import { expect, it } from "vitest";
import { gatherLines, type KeptLines } from "./kept-lines.ts";

const kept = (axis: KeptLines["axis"], total: number, ...lines: number[]): KeptLines => ({
  axis,
  total,
  lines: Uint32Array.from(lines),
});
const bytesOf = (...numbers: number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
const numbersOf = (bytes: Uint8Array<ArrayBuffer>) => [...new Float32Array(bytes.buffer)];
const MATRIX = bytesOf(1, 2, 3, 4, 5, 6);

it("gathers rows, columns and entries of vectors", () => {
  expect(numbersOf(gatherLines(MATRIX, [3, 2], kept("rows", 3, 0, 2), 4))).toEqual([1, 2, 5, 6]);
  expect(numbersOf(gatherLines(MATRIX, [2, 3], kept("columns", 3, 1, 2), 4))).toEqual([2, 3, 5, 6]);
  expect(numbersOf(gatherLines(MATRIX, [6], kept("rows", 6, 5), 4))).toEqual([6]);
});

it("gathers halves, wherever they begin in memory", () => {
  const halves = Uint16Array.of(1, 2, 3, 4, 5, 6);
  const shifted = new Uint8Array(13);
  shifted.set(new Uint8Array(halves.buffer), 1);
  const found = gatherLines(shifted.subarray(1), [2, 3], kept("columns", 3, 0, 2), 2);
  expect([...new Uint16Array(found.buffer)]).toEqual([1, 3, 4, 6]);
});
