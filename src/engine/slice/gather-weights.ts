/** Weights of a layer with only the lines that stay, gathered on the backend. */
import type { WeightSlot } from "../../models/architectures/definition.ts";
import { heldShape } from "../../models/architectures/weight-slots.ts";
import type { KeptLines } from "../../models/slicing/kept-lines.ts";
import { type Backend, elementCount, type Tensor } from "../../runtime/backend.ts";
import { gatherLines, type LateCall, prepareLate } from "../../runtime/kernels/late.ts";
import type { TensorScope } from "../pass/scope.ts";

type Gather = LateCall<typeof gatherLines>;

/** The kernel on each backend: compiled once. */
const prepared = new WeakMap<Backend, Promise<Gather>>();

/** @throws PivotscopeError what `Backend.prepareKernel` throws. */
export function gatherOn(backend: Backend): Promise<Gather> {
  const known = prepared.get(backend) ?? prepareLate(backend, gatherLines);
  prepared.set(backend, known);
  known.catch(() => prepared.delete(backend));
  return known;
}

/** Zeros of a tensor's format; halves are bit patterns. */
function zeros(type: Tensor["type"], length: number): Float32Array | Uint16Array {
  return type === "float16" ? new Uint16Array(length) : new Float32Array(length);
}

/**
 * `dense` without the lines that go, in the shape that the narrow layer's `slot` says; the scope's. A vector's entries count
 * as rows.
 */
export async function gatherWeight(
  scope: TensorScope,
  gather: Gather,
  dense: Tensor,
  slot: WeightSlot,
  { axis, lines, total }: KeptLines,
): Promise<Tensor> {
  const across = elementCount(dense.dims) / total;
  const [rows, columns] = axis === "rows" ? [total, across] : [across, total];
  const shape = heldShape(slot);
  const gathered = scope.upload(zeros(dense.type, elementCount(shape)), shape);
  const places = scope.upload(Int32Array.from(lines), [lines.length]);
  const format = dense.type === "float16" ? "float16" : "float32";
  await gather({ rows, columns, kept: lines.length, axis, format, source: dense, lines: places, gathered });
  scope.release(places);
  return gathered;
}
