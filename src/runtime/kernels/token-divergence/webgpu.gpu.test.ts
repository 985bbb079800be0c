import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { expectAllClose } from "../../../testing/webgpu-buffers.ts";
import { createReferenceKernels } from "../reference.ts";
import { kernelsOnGpu } from "../testing/kernels-on-gpu.ts";
import { tokenDivergence } from "./reference.ts";

const reference = createReferenceKernels();
const { eachGrid, large, upload, download } = kernelsOnGpu({ tokenDivergence });

describe("tokenDivergence", () => {
  // Float32 log-softmax of logits up to 20: about 2e-6 per logarithm, which a sum over p keeps.
  const tolerance = { relative: 1e-5, absolute: 5e-6 };

  /** Relative, down to a KL of 1e-15: exp of numbers down to −30 is off by 60 units in the last place (WGSL, 15.7.4.1). */
  const SURE = 1e-4;

  it.each([
    { rows: 1, vocabulary: 1 },
    { rows: 7, vocabulary: 5 },
    { rows: 50, vocabulary: 96 },
    { rows: 3, vocabulary: 1000 },
    { rows: 2, vocabulary: 49_280 },
  ])("$rows rows over $vocabulary words", async ({ rows, vocabulary }) => {
    const random = createRandom(rows + vocabulary);
    const length = rows * vocabulary;
    const dense = randomFloats(random, length + 12, 10, length);
    const noise = randomFloats(random, length, 10);
    const pruned = dense.map((value, index) => (index < length ? value + (noise[index] as number) : value));
    const targets = Int32Array.from({ length: rows + 3 }, () => random.integer(vocabulary));
    targets[0] = vocabulary;
    if (rows > 1) targets[1] = -1;
    const expected = new Float32Array(rows * 4 + 2).fill(5);
    reference.tokenDivergence({ reference: dense, pruned, targets, rows, vocabulary, result: expected });
    for (const set of eachGrid()) {
      const result = upload(new Float32Array(rows * 4 + 2).fill(5));
      set.tokenDivergence.run({
        ...{ reference: upload(dense), pruned: upload(pruned) },
        ...{ targets: upload(targets), rows, vocabulary, result },
      });
      const found = await download(result, rows * 4 + 2);
      expectAllClose(found, expected, tolerance);
      for (let row = 0; row < rows; row++) expect(found[4 * row + 3]).toBe(expected[4 * row + 3]);
    }
  });

  it.each([
    { vocabulary: 2, change: 1e-3 },
    { vocabulary: 96, change: 1e-3 },
    { vocabulary: 96, change: 3 },
    { vocabulary: 5000, change: 0.05 },
  ])("keeps digits where both models are sure, $vocabulary words, changed by $change", async (asked) => {
    const { vocabulary, change } = asked;
    const leads = [4, 8, 11, 14, 18, 25];
    const rows = leads.length;
    const random = createRandom(vocabulary);
    const dense = randomFloats(random, rows * vocabulary, 1);
    const changes = randomFloats(random, rows * vocabulary, change);
    const targets = Int32Array.from(leads, () => random.integer(vocabulary));
    targets.forEach((target, row) => {
      dense[row * vocabulary + target] = leads[row] ?? 0;
    });
    const pruned = dense.map((value, index) => value + (changes[index] as number));
    const expected = new Float32Array(rows * 4);
    reference.tokenDivergence({ reference: dense, pruned, targets, rows, vocabulary, result: expected });
    for (const set of eachGrid()) {
      const result = upload(new Float32Array(rows * 4));
      set.tokenDivergence.run({
        ...{ reference: upload(dense), pruned: upload(pruned) },
        ...{ targets: upload(targets), rows, vocabulary, result },
      });
      expectAllClose(await download(result, rows * 4), expected, { relative: SURE, absolute: 1e-20 });
    }
  });

  it.each([96, 49_280])("is exactly 0 between a model of %i words and itself", async (vocabulary) => {
    const rows = 4;
    const random = createRandom(vocabulary);
    const logits = upload(randomFloats(random, rows * vocabulary, 30));
    const copy = upload(randomFloats(createRandom(vocabulary), rows * vocabulary, 30));
    const targets = upload(new Int32Array([0, 1, 2, vocabulary - 1]));
    for (const pruned of [logits, copy]) {
      const result = upload(new Float32Array(rows * 4).fill(9));
      large().tokenDivergence.run({ reference: logits, pruned, targets, rows, vocabulary, result });
      const found = await download(result, rows * 4);
      for (let row = 0; row < rows; row++) {
        expect(found[4 * row]).toBe(0);
        expect(found[4 * row + 1]).toBe(found[4 * row + 2]);
      }
    }
  });

  it("takes the lowest id where the highest logit is not alone", async () => {
    const vocabulary = 700;
    const peaks = [[3, 600], [600, 3 + 256], [699], [0, 256, 512]];
    const logits = new Float32Array(peaks.length * vocabulary).fill(-1);
    peaks.forEach((ids, row) => {
      for (const id of ids) logits[row * vocabulary + id] = 2;
    });
    const result = upload(new Float32Array(16));
    const buffer = upload(logits);
    large().tokenDivergence.run({
      ...{ reference: buffer, pruned: buffer, targets: upload(new Int32Array(4)) },
      ...{ rows: 4, vocabulary, result },
    });
    const found = await download(result, 16);
    expect([3, 7, 11, 15].map((index) => found[index])).toEqual([3, 259, 699, 0]);
  });
});
