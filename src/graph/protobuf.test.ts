import { BinaryReader } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtobufWriter } from "./protobuf.ts";

function written(write: (writer: ProtobufWriter) => void): number[] {
  const writer = new ProtobufWriter();
  write(writer);
  return [...writer.finish()];
}

describe("a protocol buffer", () => {
  it("has the bytes that the format's documentation gives", () => {
    expect(written((writer) => writer.integer(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(written((writer) => writer.integer(1, -2))).toEqual([8, 0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    const testing = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67];
    expect(written((writer) => writer.string(2, "testing"))).toEqual(testing);
    const inside = written((writer) => writer.message(3, () => writer.integer(1, 150)));
    expect(inside).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect(written((writer) => writer.float(1, 1.5))).toEqual([0x0d, 0x00, 0x00, 0xc0, 0x3f]);
  });

  it("gives every whole number of 64 bits and every text back", () => {
    const field = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(
        field,
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        fc.string({ unit: "grapheme" }),
        (tag, number, text) => {
          const writer = new ProtobufWriter();
          writer.integer(tag, number);
          writer.string(tag + 1, text);
          const reader = new BinaryReader(writer.finish());
          expect(reader.tag()).toEqual([tag, 0]);
          expect(BigInt(reader.int64())).toBe(number);
          expect(reader.tag()).toEqual([tag + 1, 2]);
          expect(reader.string()).toBe(text);
          expect(reader.pos).toBe(reader.len);
        },
      ),
    );
  });

  it("keeps what was written when its buffer grows, wherever that happens", () => {
    // The buffer starts with 1024 bytes: every part of the fields behind the filling crosses its end once.
    for (let filling = 980; filling <= 1024; filling++) {
      const bytes = written((writer) => {
        writer.bytes(1, new Uint8Array(filling).fill(7));
        writer.message(2, () => {
          writer.message(3, () => writer.string(4, "x".repeat(130)));
          writer.float(5, 0.5);
          writer.integer(6, -1);
        });
      });
      const reader = new BinaryReader(Uint8Array.from(bytes));
      reader.tag();
      expect(reader.bytes()).toEqual(new Uint8Array(filling).fill(7));
      expect(reader.tag()).toEqual([2, 2]);
      const end = reader.uint32() + reader.pos;
      expect(end).toBe(bytes.length);
      expect(reader.tag()).toEqual([3, 2]);
      expect(reader.uint32()).toBe(133);
      expect(reader.tag()).toEqual([4, 2]);
      expect(reader.string()).toBe("x".repeat(130));
      expect(reader.tag()).toEqual([5, 5]);
      expect(reader.float()).toBe(0.5);
      expect(reader.tag()).toEqual([6, 0]);
      expect(BigInt(reader.int64())).toBe(-1n);
      expect(reader.pos).toBe(end);
    }
  });

  it("refuses numbers that it cannot hold", () => {
    const writer = new ProtobufWriter();
    expect(() => writer.integer(1, 1.5)).toThrow(/Field 1 is not a whole number: 1.5/);
    expect(() => writer.integer(1, Number.NaN)).toThrow(/not a whole number/);
    expect(() => writer.integer(2, 2n ** 63n)).toThrow(/Field 2 does not fit 64 bits/);
    expect(() => writer.integer(2, -(2n ** 63n) - 1n)).toThrow(/does not fit 64 bits/);
  });
});
