import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertElements, convertTensor, requireReadable } from "./float-formats.ts";
import type { Dtype } from "./safetensors-header.ts";
import type { StoredTensor } from "./weights.ts";

/** `offset` bytes of something else come first, so that elements lie anywhere. */
function stored(dtype: Dtype, values: Uint16Array | Float32Array, offset = 0): StoredTensor {
  const bytes = new Uint8Array(offset + values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
  const { length } = values;
  return {
    name: "a",
    dtype,
    shape: [length],
    size: length,
    begin: 0,
    end: bytes.length,
    bytes: bytes.subarray(offset),
  };
}

/** A 16-bit float's value by its definition, exactly, in float64. */
function numberOf(bits: number, exponentBits: number): number {
  const fractionBits = 15 - exponentBits;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits & 0x7fff) >> fractionBits;
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 * bias + 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

const FLOAT16_VALUES = Array.from({ length: 0x7c00 }, (_, bits) => numberOf(bits, 5));

/** The float16 nearest to `value`, found by looking through all of them; of two equally near ones the even one. */
function nearestFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  let low = 0;
  let high = FLOAT16_VALUES.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((FLOAT16_VALUES[middle] ?? 0) <= size) low = middle;
    else high = middle;
  }
  // Where the next power of two would lie, the format has infinity.
  const below = size - (FLOAT16_VALUES[low] ?? 0);
  const above = (FLOAT16_VALUES[low + 1] ?? 65_536) - size;
  return sign | (below < above || (below === above && low % 2 === 0) ? low : low + 1);
}

const ALL_BITS = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
const offsets = fc.nat(7);

describe("to float32", () => {
  it.each([
    ["BF16", 8],
    ["F16", 5],
  ] as const)("widens every %s value exactly, wherever it lies", (dtype, exponentBits) => {
    for (const offset of [0, 1, 2, 3]) {
      const values = convertTensor(stored(dtype, ALL_BITS, offset), "float32");
      const wrong = ALL_BITS.filter((bits) => !Object.is(values[bits], numberOf(bits, exponentBits)));
      expect([...wrong]).toEqual([]);
    }
  });

  it("copies F32 bit for bit", () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 30 }), offsets, (values, offset) => {
        const tensor = stored("F32", values, offset);
        const copy = convertTensor(tensor, "float32");
        expect(new Uint32Array(copy.buffer)).toEqual(new Uint32Array(values.buffer, values.byteOffset, values.length));
        expect(copy.buffer).not.toBe(tensor.bytes.buffer);
      }),
    );
  });
});

describe("to float16", () => {
  it("keeps F16 bit for bit", () => {
    expect(convertTensor(stored("F16", ALL_BITS, 1), "float16")).toEqual(ALL_BITS);
  });

  it("rounds every BF16 value as the nearest float16, ties to even", () => {
    const halves = convertTensor(stored("BF16", ALL_BITS, 1), "float16");
    const wrong = ALL_BITS.filter((bits) => {
      const value = numberOf(bits, 8);
      if (Number.isNaN(value)) return ((halves[bits] ?? 0) & 0x7fff) <= 0x7c00;
      return halves[bits] !== nearestFloat16(value);
    });
    expect([...wrong]).toEqual([]);
  });

  it("rounds F32 as the nearest float16, ties to even, in the range where both have numbers and beyond", () => {
    const inRange = fc
      .tuple(fc.float({ min: -2, max: 2, noNaN: true }), fc.integer({ min: -27, max: 17 }))
      .map(([fraction, exponent]) => Math.fround(fraction * 2 ** exponent));
    const halfway = fc
      .tuple(fc.integer({ min: 0, max: 0x7bfe }), fc.constantFrom(-1, 0, 1), fc.boolean())
      .map(([bits, step, negative]) => {
        const middle = Math.fround(((FLOAT16_VALUES[bits] ?? 0) + (FLOAT16_VALUES[bits + 1] ?? 0)) / 2);
        const beside = new Int32Array(Float32Array.of(middle).buffer)[0] ?? 0;
        const value = new Float32Array(Int32Array.of(beside + step).buffer)[0] ?? 0;
        return negative ? -value : value;
      });
    const number = fc.oneof(inRange, halfway, fc.float({ noNaN: true }));
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), offsets, (values, offset) => {
        const halves = convertTensor(stored("F32", Float32Array.from(values), offset), "float16");
        expect([...halves]).toEqual(values.map(nearestFloat16));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a part of a tensor", () => {
  it("is what the whole has there", () => {
    const dtype = fc.constantFrom<"BF16" | "F16" | "F32">("BF16", "F16", "F32");
    const precision = fc.constantFrom<"float32" | "float16">("float32", "float16");
    const part = fc.tuple(fc.nat(20), fc.nat(20)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(dtype, precision, part, offsets, (format, wanted, [begin, end], offset) => {
        const values = Float32Array.from({ length: 20 }, (_, index) => Math.sin(index) * 3);
        const bits = Uint16Array.from({ length: 20 }, (_, index) => 0x3c00 + 37 * index);
        const tensor = stored(format, format === "F32" ? values : bits, offset);
        const whole = convertTensor(tensor, wanted);
        const target = wanted === "float32" ? new Float32Array(30) : new Uint16Array(30);
        convertElements(tensor, begin, end, target, 5);
        expect(target.slice(5, 5 + end - begin)).toEqual(whole.slice(begin, end));
        expect(target.slice(5 + end - begin).every((value) => value === 0)).toBe(true);
      }),
    );
  });
});

it("names the tensor and the dtypes that can be read", () => {
  const tensor = { name: "model.norm", dtype: "I32", shape: [1], size: 1, begin: 0, end: 4 } as const;
  expect(() => requireReadable(tensor)).toThrow(
    expect.objectContaining({
      code: "unsupported",
      message: 'Tensor "model.norm" is stored as I32; supported are BF16, F16, F32.',
    }),
  );
});
