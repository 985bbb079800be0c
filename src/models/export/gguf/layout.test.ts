import { expect, it } from "vitest";
import { layoutGguf } from "./layout.ts";
import { bool, float32, float32s, int32s, string, strings, uint32 } from "./values.ts";

/** Bytes written out: texts as they are, numbers as bytes. */
function bytesOf(...parts: (string | readonly number[])[]): number[] {
  return parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : [...part]));
}

const u32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const u64 = (value: number) => [...u32(value), 0, 0, 0, 0];

it("writes key-values and descriptions of tensors as the format's description has them", () => {
  const { header, padding, bytes } = layoutGguf(
    [
      ["a", string("dé")],
      ["b", uint32(258)],
      ["c", bool(true)],
      ["d", float32(1.5)],
      ["e", int32s([-1, 2])],
      ["f", strings(["x", ""])],
      ["g", float32s([0.5])],
    ],
    [
      { name: "t", shape: [3, 2], format: "F16" },
      { name: "u", shape: [5], format: "F32" },
      { name: "v", shape: [16], format: "BF16" },
    ],
  );
  const expected = bytesOf(
    ...["GGUF", u32(3), u64(3), u64(7)],
    ...[u64(1), "a", u32(8), u64(3), "dé"],
    ...[u64(1), "b", u32(4), [2, 1, 0, 0]],
    ...[u64(1), "c", u32(7), [1]],
    ...[u64(1), "d", u32(6), [0, 0, 0xc0, 0x3f]],
    ...[u64(1), "e", u32(9), u32(5), u64(2), [255, 255, 255, 255], u32(2)],
    ...[u64(1), "f", u32(9), u32(8), u64(2), u64(1), "x", u64(0)],
    ...[u64(1), "g", u32(9), u32(6), u64(1), [0, 0, 0, 0x3f]],
    // The fastest axis first; F16 is type 1, F32 type 0, BF16 type 30.
    ...[u64(1), "t", u32(2), u64(2), u64(3), u32(1), u64(0)],
    ...[u64(1), "u", u32(1), u64(5), u32(0), u64(32)],
    ...[u64(1), "v", u32(1), u64(16), u32(30), u64(64)],
  );
  expect([...header.slice(0, expected.length)]).toEqual(expected);
  expect(header.length).toBe(Math.ceil(expected.length / 32) * 32);
  expect(header.slice(expected.length).every((byte) => byte === 0)).toBe(true);
  expect(padding).toEqual([20, 12, 0]);
  expect(bytes).toBe(header.length + 96);
});

it("grows with long lists", () => {
  const words = Array.from({ length: 5000 }, (_, index) => `word ${index}`);
  const { header } = layoutGguf([["list", strings(words)]], []);
  expect(new TextDecoder().decode(header.slice(-60))).toContain("word 4999");
});
