/**
 * Writes the wire format of protocol buffers (protobuf.dev/programming-guides/encoding): the part of it that ONNX
 * models need, which is numbers, strings, bytes and messages inside messages.
 */
import { invariant } from "../core/errors.ts";

/** How a field's value is laid out, in the lower three bits of its tag. */
const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;

const ENCODER = new TextEncoder();

/**
 * The bytes of one message, which grow as fields are added. Fields may come in any order; a repeated field is added
 * once for every entry.
 */
export class ProtobufWriter {
  private buffer = new Uint8Array(1024);
  private length = 0;

  /** A field of type int32, int64 or an enumeration. Throws `internal` unless `value` is whole and fits 64 bits. */
  integer(field: number, value: number | bigint): void {
    invariant(typeof value === "bigint" || Number.isInteger(value), `Field ${field} is not a whole number: ${value}.`);
    const wide = BigInt(value);
    invariant(BigInt.asIntN(64, wide) === wide, `Field ${field} does not fit 64 bits: ${value}.`);
    this.tag(field, WIRE_VARINT);
    this.varint(BigInt.asUintN(64, wide));
  }

  /** A field of type float; `value` is rounded to 32 bits. */
  float(field: number, value: number): void {
    this.tag(field, WIRE_FIXED32);
    const start = this.extend(4);
    new DataView(this.buffer.buffer).setFloat32(start, value, true);
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, WIRE_LENGTH_DELIMITED);
    this.varint(BigInt(value.length));
    const start = this.extend(value.length);
    this.buffer.set(value, start);
  }

  /** A field of type string, as UTF-8. */
  string(field: number, value: string): void {
    this.bytes(field, ENCODER.encode(value));
  }

  /** A field that is a message: `write` adds its fields to this same writer. */
  message(field: number, write: () => void): void {
    this.tag(field, WIRE_LENGTH_DELIMITED);
    const start = this.length;
    write();
    // The length stands before the content, and how many bytes it takes is only known now: move the content up.
    const end = this.length;
    this.varint(BigInt(end - start));
    const prefix = this.buffer.slice(end, this.length);
    this.buffer.copyWithin(start + prefix.length, start, end);
    this.buffer.set(prefix, start);
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  private tag(field: number, wireType: number): void {
    this.varint(BigInt(field * 8 + wireType));
  }

  /** Seven bits a byte, the lowest first; the top bit tells that more follow. */
  private varint(value: bigint): void {
    for (let rest = value; ; rest >>= 7n) {
      // On a line of its own: growing replaces the buffer.
      const position = this.extend(1);
      this.buffer[position] = Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0);
      if (rest <= 0x7fn) return;
    }
  }

  /** Makes room for `count` more bytes and returns where they start. */
  private extend(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.buffer.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.buffer.length));
      grown.set(this.buffer);
      this.buffer = grown;
    }
    return start;
  }
}
