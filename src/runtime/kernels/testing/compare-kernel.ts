/** A kernel on a GPU against its reference. Tests only. */
import { expect } from "vitest";
import type { Random } from "../../../core/random.ts";
import { downloadAll, expectAllClose, uploadBuffer } from "../../../testing/webgpu-buffers.ts";
import type { AnyCall, AnyKernel } from "../kernel-set.ts";
import { AGREEMENT, copied, REQUESTS, randomRequest } from "./random-request.ts";

/** Of whole numbers. */
const EXACT = { relative: 0, absolute: 0.5 };

/** Words of 32 bits: a NaN among floats equals itself. */
function wordsOf(data: Float32Array | Int32Array): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}

/**
 * Fails where `call` does not leave what the kernel's reference leaves on requests drawn from its descriptor: what it
 * writes to a tolerance, all else to the bit.
 */
export async function expectReferencesResults(
  device: GPUDevice,
  kernel: AnyKernel,
  call: AnyCall<GPUBuffer>,
  random: Random,
): Promise<void> {
  for (let index = 0; index < REQUESTS; index++) {
    const { values, arrays } = randomRequest(kernel, random, index);
    const expected = Object.entries(copied(arrays));
    kernel.reference({ ...values, ...Object.fromEntries(expected) });
    const buffers = new Map(Object.entries(arrays).map(([name, data]) => [name, uploadBuffer(device, data)]));
    await call({ ...values, ...Object.fromEntries(buffers) });
    const found = await downloadAll(
      device,
      expected.map(([name, data]) => ({ buffer: buffers.get(name) as GPUBuffer, length: data.length })),
    );
    for (const [place, [name, data]] of expected.entries()) {
      const floats = found[place] as Float32Array;
      const { written, type } = kernel.buffers[name] ?? {};
      if (written && type === "float32") expectAllClose(floats, data, AGREEMENT);
      else if (written) expectAllClose(wordsOf(floats), wordsOf(data), EXACT);
      else expect(wordsOf(floats), `${name} is left as it is`).toEqual(wordsOf(data));
    }
    for (const buffer of buffers.values()) buffer.destroy();
  }
}
