/** onnxruntime's tensors as the backends' own. */
import type { Tensor as OrtTensor } from "onnxruntime-common";
import { invariant } from "../core/errors.ts";
import { widenFloat16 } from "../core/float16.ts";
import type { Feeds, Program } from "./backend.ts";
import type { Tensor, TensorData } from "./tensor.ts";

/** The element type that `upload` gives to `data`. */
export function elementTypeOf(data: TensorData): "float32" | "float16" | "int32" {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Int32Array ? "int32" : "float16";
}

/** The first `length` numbers of a buffer that holds elements of `type`, as float32 in memory of their own. */
export function numbersOf(
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
  type: "float32" | "float16" | "int32",
): Float32Array {
  if (type === "float16") return widenFloat16(new Uint16Array(buffer, byteOffset, length));
  if (type === "int32") return Float32Array.from(new Int32Array(buffer, byteOffset, length));
  return new Float32Array(buffer, byteOffset, length).slice();
}

export function wrapTensor(tensor: OrtTensor): Tensor {
  invariant(
    tensor.type === "float32" || tensor.type === "float16" || tensor.type === "int32" || tensor.type === "int64",
    `onnxruntime returned a tensor of type ${tensor.type}.`,
  );
  return { dims: tensor.dims, type: tensor.type, handle: tensor };
}

export function ortTensor(tensor: Tensor): OrtTensor {
  return tensor.handle as OrtTensor;
}

/** What onnxruntime is to be fed for `program`; throws `internal` when an input is missing. */
export function ortFeeds(program: Program, feeds: Feeds): Record<string, OrtTensor> {
  return Object.fromEntries(
    program.graph.inputs.map(({ name }) => {
      const tensor = feeds[name];
      invariant(tensor, `Graph input "${name}" was not fed; fed were ${Object.keys(feeds).join(", ")}.`);
      return [name, ortTensor(tensor)];
    }),
  );
}

/** What a run of `program` is to give out: null for a new tensor. */
export function ortFetches({ graph }: Program, places: Feeds): Record<string, OrtTensor | null> {
  return Object.fromEntries(
    graph.outputs.map(({ name }) => [name, places[name] ? ortTensor(places[name]) : null] as const),
  );
}

/** The outputs of a run, less those that were written into `places`. */
export function wrapOutputs(outputs: Readonly<Record<string, OrtTensor>>, places: Feeds): Record<string, Tensor> {
  const made = Object.entries(outputs).filter(([name]) => !places[name]);
  return Object.fromEntries(made.map(([name, tensor]) => [name, wrapTensor(tensor)]));
}
