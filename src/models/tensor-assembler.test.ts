import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TensorInfo } from "./safetensors-header.ts";
import { createTensorAssembler } from "./tensor-assembler.ts";

const tensor = (name: string, begin: number, length: number): TensorInfo => ({
  ...{ name, dtype: "U8", shape: [length], size: length },
  ...{ begin, end: begin + length },
});

/** Tensors of these lengths one after another behind a header of `header` bytes. */
function layOut(header: number, lengths: readonly number[]): TensorInfo[] {
  let begin = header;
  return lengths.map((length, index) => {
    begin += length;
    return tensor(`t${index}`, begin - length, length);
  });
}

/** Cuts `bytes` into chunks of these lengths in turn; what is over comes last. */
function* chunksOf(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let begin = 0;
  for (const length of lengths) {
    yield bytes.slice(begin, begin + length);
    begin += length;
  }
  yield bytes.slice(begin);
}

describe("cutting tensors out of chunks", () => {
  it("gives every wanted tensor once, in the file's order, whatever the chunks", () => {
    const lengths = fc.array(fc.nat(12), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.nat(9),
        lengths,
        fc.array(fc.nat(7), { maxLength: 40 }),
        fc.nat(255),
        (header, sizes, cuts, mask) => {
          const all = layOut(header, sizes);
          const file = Uint8Array.from({ length: all.at(-1)?.end ?? header }, (_, index) => index + 1);
          const wanted = all.filter((_, index) => (mask >> index) & 1);
          const allocated: number[] = [];
          const assembler = createTensorAssembler([...wanted].reverse(), (bytes) => {
            allocated.push(bytes);
            return new Uint8Array(bytes);
          });
          const found: [string, number[]][] = [];
          for (const chunk of chunksOf(file, cuts)) {
            for (const { name, bytes } of assembler.push(chunk)) found.push([name, [...bytes]]);
          }
          // Tensors without bytes lie where their neighbours begin or end; their order among those means nothing.
          const expected = wanted.map(({ name, begin, end }) => [name, [...file.subarray(begin, end)]]);
          expect(found.sort()).toEqual(expected.sort());
          const filled = found.filter(([, bytes]) => bytes.length > 0).map(([name]) => name);
          expect(filled).toEqual(wanted.filter(({ size }) => size > 0).map(({ name }) => name));
          expect(allocated.length).toBeLessThanOrEqual(1);
          expect(allocated.every((bytes) => bytes === Math.max(...wanted.map(({ size }) => size)))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("hands out single bytes put together", () => {
    const [only] = layOut(3, [4]);
    const assembler = createTensorAssembler(only ? [only] : []);
    const found = [9, 9, 9, 1, 2, 3, 4].flatMap((byte) => [...assembler.push(Uint8Array.of(byte))]);
    expect(found.map(({ bytes }) => [...bytes])).toEqual([[1, 2, 3, 4]]);
  });

  it("takes no more memory than the longest wanted tensor for 200 MB that pass by", () => {
    const mebibyte = 2 ** 20;
    // Fifty tensors of four million bytes that never lie within one chunk, two of which are wanted.
    const all = layOut(1000, Array(50).fill(4_000_000));
    const wanted = all.filter((_, index) => index === 7 || index === 40);
    const chunk = new Uint8Array(mebibyte);
    const allocated: number[] = [];
    const assembler = createTensorAssembler(wanted, (bytes) => {
      allocated.push(bytes);
      return new Uint8Array(bytes);
    });
    const end = all.at(-1)?.end ?? 0;
    const found: { name: string; sum: number; buffer: ArrayBufferLike }[] = [];
    for (let begin = 0; begin < end; begin += mebibyte) {
      chunk.fill((begin / mebibyte) % 100);
      for (const { name, bytes } of assembler.push(chunk.subarray(0, Math.min(mebibyte, end - begin)))) {
        found.push({ name, sum: bytes.reduce((sum, byte) => sum + byte, 0), buffer: bytes.buffer });
      }
    }
    expect(end).toBe(200_001_000);
    expect(allocated).toEqual([4_000_000]);
    expect(new Set(found.map(({ buffer }) => buffer)).size).toBe(1);
    const expected = wanted.map(({ name, begin, end: last }) => {
      let sum = 0;
      for (let byte = begin; byte < last; byte++) sum += Math.floor(byte / mebibyte) % 100;
      return { name, sum };
    });
    expect(found.map(({ name, sum }) => ({ name, sum }))).toEqual(expected);
  });
});
