import { describe, expect, it } from "vitest";
import { createReferenceKernels } from "../reference.ts";

const kernels = createReferenceKernels();

describe("columnProducts", () => {
  it("adds Σ of products per column to what is there", () => {
    const accumulator = Float32Array.of(9, 1, 2);
    kernels.columnProducts({
      left: Float32Array.of(1, 2, 3, 4),
      right: Float32Array.of(5, -6, 7, 8),
      ...{ rows: 2, width: 2, accumulator, accumulatorOffset: 1 },
    });
    expect([...accumulator]).toEqual([9, 1 + 26, 2 + 20]);
  });
});
