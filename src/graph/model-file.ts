/**
 * An ONNX model file whose weights are written as a stream. All lengths in it are known beforehand, so that nothing of the
 * weights needs to be held to write what stands around them.
 */
import { invariant } from "../core/errors.ts";
import { DATA_TYPES, type ElementType, type Graph } from "./graph.ts";
import { ProtobufWriter } from "./protobuf.ts";
import { serialiseGraph } from "./serialise.ts";

/** A weight as the file has it. */
export interface FileWeight {
  /** Of the graph's input that it takes the place of. */
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Length of its numbers. */
  readonly bytes: number;
}

/** A model file in pieces; between two of them stand the numbers of a weight. */
export interface ModelFile {
  /** One piece more than there are weights. */
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  /** Length of the whole file, weights included. */
  readonly bytes: number;
}

/** ModelProto.graph, GraphProto.initializer and the fields of TensorProto, see serialise.ts. */
const GRAPH_FIELD = 7;
const INITIALISER_FIELD = 5;
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Seven bits a byte, the lowest first; the top bit tells that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

function lengthTag(field: number, length: number): number[] {
  return [...varint(field * 8 + LENGTH_DELIMITED), ...varint(length)];
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let position = start, factor = 1; ; position += 1, factor *= 128) {
    const byte = bytes[position] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: position + 1 };
  }
}

/** Where the graph's tag stands in a serialised model, and where its content begins and ends. */
function findGraph(model: Uint8Array): { readonly tag: number; readonly begin: number; readonly end: number } {
  for (let position = 0; position < model.length; ) {
    const tag = readVarint(model, position);
    const next = readVarint(model, tag.end);
    const wireType = tag.value % 8;
    invariant(wireType === VARINT || wireType === LENGTH_DELIMITED, `A model file has no fields of kind ${wireType}.`);
    const end = wireType === VARINT ? next.end : next.end + next.value;
    if (tag.value === GRAPH_FIELD * 8 + LENGTH_DELIMITED) return { tag: position, begin: next.end, end };
    position = end;
  }
  invariant(false, "A model file has a graph.");
}

/** What stands before a weight's numbers; they are the last field of their tensor. */
function tensorHead({ name, type, dims, bytes }: FileWeight): Uint8Array {
  const writer = new ProtobufWriter();
  for (const length of dims) writer.integer(TENSOR.dims, length);
  writer.integer(TENSOR.dataType, DATA_TYPES[type]);
  writer.string(TENSOR.name, name);
  const fields = writer.finish();
  const numbers = lengthTag(TENSOR.rawData, bytes);
  const outer = lengthTag(INITIALISER_FIELD, fields.length + numbers.length + bytes);
  return Uint8Array.of(...outer, ...fields, ...numbers);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/**
 * The file of `graph` with `weights` in place of inputs, in their order.
 *
 * @throws PivotscopeError `internal` where a weight is no input of the graph.
 */
export function modelFile(graph: Graph, weights: readonly FileWeight[]): ModelFile {
  const names = new Set(weights.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !names.has(name));
  invariant(inputs.length + weights.length === graph.inputs.length, `Graph ${graph.name} lacks an input for a weight.`);
  const model = serialiseGraph({ ...graph, inputs });
  const { tag, begin, end } = findGraph(model);
  const heads = weights.map(tensorHead);
  const added = weights.reduce((sum, { bytes }, index) => sum + bytes + (heads[index]?.length ?? 0), 0);
  const opening = Uint8Array.from(lengthTag(GRAPH_FIELD, end - begin + added));
  const before = joined(model.subarray(0, tag), opening, model.subarray(begin, end));
  const after = joined(model.subarray(end));
  const [first, ...others] = heads;
  const pieces = first
    ? [joined(before, first), ...others.map((head) => joined(head)), after]
    : [joined(before, after)];
  const numbers = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  return { pieces, bytes: pieces.reduce((sum, { length }) => sum + length, numbers) };
}
