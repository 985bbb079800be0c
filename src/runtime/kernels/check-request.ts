/**
 * What both backends ask of a request before they run it, from the kernel's descriptor. A request that breaks these is a
 * mistake in our own code, so every check throws an `internal` PivotscopeError that names kernel and number.
 */
import { invariant } from "../../core/errors.ts";
import {
  type AnyRequest,
  type AnyValues,
  type BufferSpec,
  type Kernel,
  type Shape,
  valuesOf,
} from "./define-kernel.ts";

/** How many elements (of four bytes) a buffer holds at least; differs between backends. */
export type Capacity<Buffer> = (buffer: Buffer) => number;

/** Checks `request` and returns its parameters with the sizes that follow from them. */
export function checkRequest<Buffer>(
  kernel: Kernel,
  request: AnyRequest<Buffer>,
  capacity: Capacity<Buffer>,
): AnyValues {
  const { name } = kernel;
  for (const [key, { kind }] of Object.entries(kernel.parameters)) {
    const value = request[key];
    if (kind === "size") {
      const fits = Number.isInteger(value) && Number(value) > 0;
      invariant(fits, `${name}: ${key} is ${value}, it must be a positive integer.`);
    } else if (kind === "offset") {
      const fits = Number.isInteger(value) && Number(value) >= 0;
      invariant(fits, `${name}: ${key} is ${value}, it must be an integer from 0 on.`);
    }
  }
  const values = valuesOf(kernel, request);
  for (const [key, buffer] of Object.entries(kernel.buffers)) {
    const found = capacity(request[key] as Buffer);
    const needed = elementsBound(buffer, values);
    invariant(found >= needed, `${name}: buffer ${key} holds ${found} elements, the request needs ${needed}.`);
  }
  return values;
}

/** Elements of `shape` with its names replaced by `values`. */
export function elementsOf(shape: Shape, values: AnyValues): number {
  return shape.reduce<number>((product, entry) => product * numberOf(entry, values), 1);
}

/** Elements of a buffer up to the last that the kernel reads or writes. */
export function elementsBound({ shape, from }: BufferSpec, values: AnyValues): number {
  return (from === undefined ? 0 : numberOf(from, values)) + elementsOf(shape, values);
}

function numberOf(entry: number | string, values: AnyValues): number {
  const value = typeof entry === "number" ? entry : values[entry];
  invariant(typeof value === "number", `A kernel's shape names ${entry}, which is no number of its request.`);
  return value;
}
