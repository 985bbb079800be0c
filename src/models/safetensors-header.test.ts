import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAXIMUM_HEADER_BYTES, parseSafetensorsHeader } from "./safetensors-header.ts";
import { SafetensorsFile } from "./testing/safetensors-file.ts";
import { safetensorsOf } from "./testing/write-safetensors.ts";

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const one = (dtype: string, shape: number[], offsets: number[]) => ({ a: { dtype, shape, data_offsets: offsets } });

describe("reading tensors", () => {
  it("widens BF16, F16 and F32 exactly, whatever the header's length does to alignment", () => {
    const halves = new Uint16Array([0x3f80, 0xc020, 0x7f80, 0x0001]);
    const float16 = new Uint16Array([0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0xfc00, 0x3555]);
    const floats = new Float32Array([1.5, -0, 3.4e38]);
    const data = new Uint8Array(8 + 14 + 12);
    data.set(bytesOf(halves), 0);
    data.set(bytesOf(float16), 8);
    data.set(bytesOf(floats), 22);
    for (const padding of ["", " ", "  ", "   "]) {
      const header = `${JSON.stringify({
        brain: { dtype: "BF16", shape: [2, 2], data_offsets: [0, 8] },
        half: { dtype: "F16", shape: [7], data_offsets: [8, 22] },
        single: { dtype: "F32", shape: [3], data_offsets: [22, 34] },
      })}${padding}`;
      const file = new SafetensorsFile(safetensorsOf(header, data));
      expect([...file.readFloat32("brain")]).toEqual([1, -2.5, Number.POSITIVE_INFINITY, 2 ** -133]);
      expect([...file.readFloat32("half")]).toEqual([
        1,
        -2,
        65_504,
        2 ** -24,
        -0,
        Number.NEGATIVE_INFINITY,
        Math.fround(1365 / 4096),
      ]);
      expect([...file.readFloat32("single")]).toEqual([1.5, -0, Math.fround(3.4e38)]);
    }
  });

  it("gives every caller an array of its own", () => {
    const file = new SafetensorsFile(safetensorsOf(one("F32", [1], [0, 4]), bytesOf(new Float32Array([2]))));
    file.readFloat32("a").fill(9);
    expect(file.readFloat32("a")[0]).toBe(2);
  });

  it("round-trips random float32 tensors through a file", () => {
    const tensor = fc.float32Array({ minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(tensor, { maxLength: 5 }), (tensors) => {
        const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
        let offset = 0;
        tensors.forEach((values, index) => {
          header[`t${index}`] = {
            dtype: "F32",
            shape: [values.length],
            data_offsets: [offset, offset + values.byteLength],
          };
          offset += values.byteLength;
        });
        const data = new Uint8Array(offset);
        offset = 0;
        for (const values of tensors) {
          data.set(bytesOf(values), offset);
          offset += values.byteLength;
        }
        const file = new SafetensorsFile(safetensorsOf(header, data));
        expect(file.metadata.get("format")).toBe("pt");
        tensors.forEach((values, index) => {
          expect(file.readFloat32(`t${index}`)).toEqual(values);
        });
      }),
    );
  });

  it("names tensor, shapes and dtypes when something else was expected", () => {
    const file = new SafetensorsFile(safetensorsOf(one("I32", [1, 2], [0, 8]), new Uint8Array(8)));
    expect(file.expectTensor("a", [1, 2]).size).toBe(2);
    expect(() => file.expectTensor("a", [2, 1])).toThrow(/"a" has shape \[1, 2\]; .* \[2, 1\]/);
    expect(() => file.expectTensor("a", [2])).toThrow(expect.objectContaining({ code: "bad-checkpoint" }));
    expect(() => file.readFloat32("a")).toThrow(/"a" is stored as I32; supported are BF16, F16, F32/);
    expect(() => file.readFloat32("b")).toThrow(/no tensor "b" among its 1 tensor/);
  });
});

describe("a damaged file", () => {
  const pair = (a: number[], b: number[]) => ({
    a: { dtype: "U8", shape: [(a[1] ?? 0) - (a[0] ?? 0)], data_offsets: a },
    b: { dtype: "U8", shape: [(b[1] ?? 0) - (b[0] ?? 0)], data_offsets: b },
  });
  const lying = (length: bigint) => {
    const bytes = safetensorsOf({});
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };
  const cases: [string, Uint8Array<ArrayBuffer>, RegExp][] = [
    ["is empty", new Uint8Array(), /has 0 bytes/],
    ["ends inside the length", new Uint8Array(7), /has 7 bytes/],
    ["claims a header longer than the file", lying(1000n), /claims 1,000 bytes, but its length is followed by 2\./],
    ["claims a header beyond the limit", lying(2n ** 63n), new RegExp(`at most ${MAXIMUM_HEADER_BYTES}`)],
    ["is not JSON", safetensorsOf("{nope"), /not valid JSON/],
    ["has an empty header", safetensorsOf(""), /not valid JSON/],
    ["is a list", safetensorsOf("[]"), /an empty list; an object is needed/],
    ["lists a tensor that is no object", safetensorsOf({ a: 3 }), /"a" is the number 3/],
    ["lacks a dtype", safetensorsOf({ a: { shape: [], data_offsets: [0, 0] } }), /"a.dtype" is missing/],
    [
      "has a negative length",
      safetensorsOf(one("U8", [-1], [0, 0])),
      /"a\.shape\[0\]" is the number -1; a whole number of at least 0 is needed\./,
    ],
    [
      "has a fractional offset",
      safetensorsOf(one("U8", [1], [0, 0.5])),
      /"a\.data_offsets\[1\]" is the number 0\.5; a whole number of at least 0 is needed\./,
    ],
    ["has three offsets", safetensorsOf(one("U8", [0], [0, 0, 0])), /"a.data_offsets"/],
    ["has offsets that run backwards", safetensorsOf(one("U8", [1], [1, 0]), new Uint8Array(1)), /bytes 1 to 0/],
    ["has offsets out of range", safetensorsOf(one("U8", [2], [0, 2]), new Uint8Array(1)), /0 to 2; the data has 1/],
    [
      "has a shape that needs other bytes",
      safetensorsOf(one("F32", [2], [0, 4]), new Uint8Array(4)),
      /8 bytes, but.*4/,
    ],
    ["overlaps", safetensorsOf(pair([0, 2], [1, 3]), new Uint8Array(3)), /"a" and "b" overlap/],
    [
      "has a hole",
      safetensorsOf(pair([0, 1], [2, 3]), new Uint8Array(3)),
      /what lies before tensor "b" \(1 byte\) belongs/,
    ],
    [
      "has bytes left over",
      safetensorsOf(one("U8", [1], [0, 1]), new Uint8Array(3)),
      /what lies after the last tensor \(2 bytes\) belongs/,
    ],
    [
      "lists a tensor twice, once escaped",
      safetensorsOf(
        '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
        new Uint8Array(),
      ),
      /"a" is listed twice/,
    ],
  ];

  it.each(cases)("%s: says so", (_, bytes, message) => {
    expect(() => new SafetensorsFile(bytes, "x.safetensors")).toThrow(
      expect.objectContaining({
        name: "PivotscopeError",
        code: "bad-checkpoint",
        message: expect.stringMatching(message),
      }),
    );
    expect(() => new SafetensorsFile(bytes, "x.safetensors")).toThrow(/x\.safetensors/);
  });

  it("is refused as not UTF-8", () => {
    const bytes = safetensorsOf('{"a":1}');
    bytes[10] = 0xff;
    expect(() => new SafetensorsFile(bytes)).toThrow(/not UTF-8/);
  });

  it("is refused for a dtype nobody knows, which is named", () => {
    const bytes = safetensorsOf(one("Q4", [1], [0, 1]), new Uint8Array(1));
    expect(() => new SafetensorsFile(bytes)).toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringContaining('dtype "Q4"') }),
    );
  });

  it("never fails with anything but a PivotscopeError, whatever the bytes", () => {
    const sound = safetensorsOf(one("F32", [2], [0, 8]), new Uint8Array(8));
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(sound.length), (changes, length) => {
        const bytes = sound.slice();
        for (const [index, value] of changes) bytes[index] = value;
        try {
          new SafetensorsFile(bytes.subarray(0, length));
        } catch (error) {
          expect(error).toMatchObject({ name: "PivotscopeError" });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the header alone", () => {
  it("is enough to know where everything lies", () => {
    const bytes = safetensorsOf(one("BF16", [4], [0, 8]), new Uint8Array(8));
    const header = parseSafetensorsHeader(bytes.subarray(0, bytes.length - 8), bytes.length, "x");
    expect(header.tensors.get("a")).toMatchObject({ begin: bytes.length - 8, end: bytes.length, size: 4 });
    expect(() => parseSafetensorsHeader(bytes.subarray(0, 20), bytes.length, "x")).toThrow(/20 bytes came/);
  });

  it("tells the file's length where nobody else does", () => {
    const bytes = safetensorsOf(one("BF16", [4], [0, 8]), new Uint8Array(8));
    expect(parseSafetensorsHeader(bytes.subarray(0, bytes.length - 8), null, "x").dataEnd).toBe(bytes.length);
  });
});
