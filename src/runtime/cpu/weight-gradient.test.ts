import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { createReferenceKernels } from "../kernels/reference.ts";
import { createNodeBackend } from "./node.ts";

describe("the weight gradient of the cpu backend", () => {
  const backend = createNodeBackend();
  afterAll(() => backend.dispose());

  it.each([
    { axis: "rows", outputs: 17, inputs: 33, groupSize: 1, batches: 1 },
    { axis: "rows", outputs: 12, inputs: 5, groupSize: 4, batches: 3 },
    { axis: "columns", outputs: 7, inputs: 24, groupSize: 8, batches: 2 },
  ] as const)("agrees with the reference: $axis of $outputs × $inputs, $batches batches", async (shape) => {
    const { outputs, inputs, batches } = shape;
    const rowsPerBatch = 11;
    const random = createRandom(3);
    const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
    const weight = normal(outputs * inputs);
    const input = normal(batches * rowsPerBatch * inputs);
    const gradient = normal(batches * rowsPerBatch * outputs);
    const rest = { ...shape, rowsPerBatch, accumulatorOffset: 2, scale: 0.5 };

    const expected = new Float32Array(40).fill(1);
    createReferenceKernels().weightGradient({ ...rest, weight, input, gradient, accumulator: expected });

    const accumulator = backend.upload(new Float32Array(40).fill(1), [40]);
    await backend.kernels.weightGradient({
      ...rest,
      weight: backend.upload(weight, [outputs, inputs]),
      input: backend.upload(input, [batches * rowsPerBatch, inputs]),
      gradient: backend.upload(gradient, [batches * rowsPerBatch, outputs]),
      accumulator,
    });
    const actual = await backend.read(accumulator);
    actual.forEach((value, index) => {
      expect(value / (expected[index] ?? Number.NaN)).toBeCloseTo(1, 5);
    });
  });
});
