import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { LINE_TERMS } from "../kernels/line-terms/kernel.ts";
import { createReferenceKernels } from "../kernels/reference.ts";
import { createNodeBackend } from "./node.ts";

describe("the line terms of the cpu backend", () => {
  const backend = createNodeBackend();
  afterAll(() => backend.dispose());

  it.each([
    { axis: "rows", outputs: 17, inputs: 33, batches: 1, samplesPerBatch: 1 },
    { axis: "rows", outputs: 12, inputs: 5, batches: 2, samplesPerBatch: 3 },
    { axis: "columns", outputs: 7, inputs: 24, batches: 3, samplesPerBatch: 2 },
  ] as const)(
    "agree with the reference: $axis of $outputs × $inputs, $batches × $samplesPerBatch samples",
    async (shape) => {
      const { outputs, inputs, batches, samplesPerBatch } = shape;
      const rowsPerSample = 5;
      const samples = batches * samplesPerBatch;
      const rows = samples * rowsPerSample;
      const random = createRandom(3);
      const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
      const weight = normal(outputs * inputs);
      const input = normal(rows * inputs);
      const gradient = normal(rows * outputs);
      const fisherWeights = Float32Array.from({ length: samples }, () => 0.1 + random.next());
      if (samples > 1) {
        // The last sample is padding: no weight, no gradient.
        fisherWeights[samples - 1] = 0;
        gradient.fill(0, (samples - 1) * rowsPerSample * outputs);
      }
      const length = 3 + LINE_TERMS.length * (shape.axis === "rows" ? outputs : inputs);
      const rest = { ...shape, rowsPerSample, accumulatorOffset: 2 };
      const expected = new Float32Array(length).fill(1);
      createReferenceKernels().lineTerms({ ...rest, weight, input, gradient, fisherWeights, accumulator: expected });

      const uploadedBefore = backend.uploadedBytes;
      const tensors = {
        weight: backend.upload(weight, [outputs, inputs]),
        input: backend.upload(input, [rows, inputs]),
        gradient: backend.upload(gradient, [rows, outputs]),
        fisherWeights: backend.upload(fisherWeights, [samples]),
        accumulator: backend.upload(new Float32Array(length).fill(1), [length]),
      };
      await backend.kernels.lineTerms({ ...rest, ...tensors });
      const actual = await backend.read(tensors.accumulator);
      actual.forEach((value, index) => {
        expect(value / (expected[index] ?? Number.NaN)).toBeCloseTo(1, 4);
      });
      backend.release(...Object.values(tensors));
      expect(backend.uploadedBytes).toBe(uploadedBefore);
    },
  );
});
