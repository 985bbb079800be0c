import { describe, expect, it } from "vitest";
import type { Kernel } from "../define-kernel.ts";
import type { AnyKernel } from "../kernel-set.ts";
import { referenceCall } from "../reference.ts";
import { gatherLines } from "./reference.ts";

const call = referenceCall(gatherLines as Kernel as AnyKernel);

/** Words of 32 bits that hold `numbers`. */
const wordsOf = (numbers: Float32Array | Uint16Array) => {
  const bytes = new Uint8Array(Math.ceil(numbers.byteLength / 4) * 4);
  bytes.set(new Uint8Array(numbers.buffer));
  return new Int32Array(bytes.buffer);
};

function gathered(
  format: "float32" | "float16",
  axis: "rows" | "columns",
  [rows, columns]: readonly [number, number],
  lines: readonly number[],
  /** Numbers before the call; more than are gathered. */
  room: number,
): number[] {
  const numbers = Array.from({ length: rows * columns }, (_, index) => index + 1);
  const typed = format === "float32" ? Float32Array.from(numbers) : Uint16Array.from(numbers);
  const target = wordsOf(format === "float32" ? new Float32Array(room).fill(77) : new Uint16Array(room).fill(77));
  call({
    ...{ rows, columns, kept: lines.length, axis, format },
    ...{ source: wordsOf(typed), lines: Int32Array.from(lines), gathered: target },
  });
  return [...(format === "float32" ? new Float32Array(target.buffer) : new Uint16Array(target.buffer))];
}

describe.each(["float32", "float16"] as const)("gatherLines in %s", (format) => {
  it("picks rows in the order given, and zeros for one that is not there", () => {
    expect(gathered(format, "rows", [3, 2], [2, 0, 3, -1], 8)).toEqual([5, 6, 1, 2, 0, 0, 0, 0]);
  });

  it("picks columns, of odd rows too", () => {
    expect(gathered(format, "columns", [2, 3], [2, 1], 4)).toEqual([3, 2, 6, 5]);
    expect(gathered(format, "columns", [2, 3], [0, 3], 4)).toEqual([1, 0, 4, 0]);
  });

  it("picks entries of a vector as rows of one number", () => {
    expect(gathered(format, "rows", [5, 1], [4, 2], 2)).toEqual([5, 3]);
  });
});

it("leaves zero behind a last float16 that has a word to itself", () => {
  expect(gathered("float16", "rows", [3, 1], [2], 2)).toEqual([3, 0]);
});
