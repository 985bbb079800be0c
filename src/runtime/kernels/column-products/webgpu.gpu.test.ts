import { describe, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { expectAllClose } from "../../../testing/webgpu-buffers.ts";
import { createReferenceKernels } from "../reference.ts";
import { kernelsOnGpu } from "../testing/kernels-on-gpu.ts";
import { columnProducts } from "./reference.ts";

const reference = createReferenceKernels();
const { eachGrid, upload, download } = kernelsOnGpu({ columnProducts }, 7);

describe("columnProducts", () => {
  it.each([
    { rows: 1, width: 1 },
    { rows: 9, width: 21 },
    { rows: 300, width: 130 },
  ])("$rows rows of $width", async ({ rows, width }) => {
    const random = createRandom(rows + width);
    const left = randomFloats(random, rows * width + 9, 2, rows * width);
    const right = randomFloats(random, rows * width + 3, 2, rows * width);
    const expected = randomFloats(random, width + 4);
    const accumulator = upload(expected);
    for (const set of eachGrid()) {
      reference.columnProducts({ left, right, rows, width, accumulator: expected, accumulatorOffset: 1 });
      const uploads = { left: upload(left), right: upload(right) };
      set.columnProducts.run({ ...uploads, rows, width, accumulator, accumulatorOffset: 1 });
    }
    expectAllClose(await download(accumulator, width + 4), expected, { relative: 1e-5, absolute: 1e-4 });
  });
});
