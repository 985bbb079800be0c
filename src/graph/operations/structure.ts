/** Operations that move numbers without changing them but for their format, and their vector-Jacobian rules. */
import { invariant } from "../../core/errors.ts";
import { DATA_TYPES, type GraphBuilder, type Value, withRule } from "../graph.ts";
import { formatShape, reshapePattern, type Shape, sameShape } from "../shape.ts";

/** `a` in another floating-point format, rounded to nearest; `a` itself when it has that format. */
export function cast(builder: GraphBuilder, a: Value, type: "float32" | "float16"): Value {
  const from = a.type;
  if (from === type) return a;
  invariant(from === "float32" || from === "float16", `Cast to ${type} takes floating-point numbers, not ${from}.`);
  const result = builder.emit("Cast", [a], a.shape, { type, attributes: { to: DATA_TYPES[type] } });
  return withRule(result, [a], (gradient) => [cast(builder, gradient, from)]);
}

/** Reads `a` in another shape with the same number of elements. */
export function reshape(builder: GraphBuilder, a: Value, shape: Shape): Value {
  if (sameShape(a.shape, shape)) return a;
  const pattern = reshapePattern(a.shape, shape);
  const constant = builder.constant(BigInt64Array.from(pattern), [pattern.length]);
  return withRule(builder.emit("Reshape", [a, constant], shape), [a], (gradient) => [
    reshape(builder, gradient, a.shape),
  ]);
}

/** Permutes axes: result axis i is axis `permutation[i]` of `a`. */
export function transpose(builder: GraphBuilder, a: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => {
    const dimension = a.shape[axis];
    invariant(dimension !== undefined, `Transpose names axis ${axis} of ${formatShape(a.shape)}.`);
    return dimension;
  });
  const result = builder.emit("Transpose", [a], shape, { attributes: { perm: permutation } });
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return withRule(result, [a], (gradient) => [transpose(builder, gradient, inverse)]);
}

/**
 * Rows of `a` [rows, width] named by `index` (int32 [picked]). `inverse` (int32 [rows]) tells for every row of `a`
 * where it went, or `picked` for rows that were not taken; no row may be taken twice. With it the gradient is a
 * gather as well, which is deterministic where a scatter-add on a GPU is not.
 */
export function gatherRows(builder: GraphBuilder, a: Value, index: Value, inverse?: Value): Value {
  const [rows, width] = a.shape;
  const [picked] = index.shape;
  invariant(a.shape.length === 2 && rows !== undefined && width !== undefined, "gatherRows takes a matrix.");
  invariant(picked !== undefined, "gatherRows takes a vector of row numbers.");
  const result = builder.emit("Gather", [a, index], [picked, width], { attributes: { axis: 0 } });
  return withRule(result, [a], (gradient) => {
    invariant(inverse, "gatherRows needs the inverse index to be differentiated.");
    invariant(typeof width === "number", "gatherRows is differentiated over rows of fixed width.");
    const zero = builder.floats(new Float32Array(width), [1, width], gradient.type);
    const padded = builder.emit("Concat", [gradient, zero], ["padded", width], { attributes: { axis: 0 } });
    return [builder.emit("Gather", [padded, inverse], [rows, width], { attributes: { axis: 0 } })];
  });
}

/**
 * Rows of `first` [n, width] and `second` [m, width] in one matrix, in the order of `index` (int32 [picked]), where
 * numbers from n on mean rows of `second`. Not differentiated: the caller gathers the rows it needs.
 */
export function interleaveRows(builder: GraphBuilder, first: Value, second: Value, index: Value): Value {
  const [width] = first.shape.slice(1);
  const [picked] = index.shape;
  invariant(width !== undefined && picked !== undefined, "interleaveRows takes matrices and a vector of row numbers.");
  const both = builder.emit("Concat", [first, second], ["both", width], { attributes: { axis: 0 } });
  return builder.emit("Gather", [both, index], [picked, width], { attributes: { axis: 0 } });
}

/** Entries of `a` along its first axis named by `index` (int32 [picked]), any of them also several times. Not differentiated. */
export function gatherFirst(builder: GraphBuilder, a: Value, index: Value): Value {
  const [picked] = index.shape;
  invariant(a.shape.length > 0 && picked !== undefined, "gatherFirst takes a vector of places.");
  return builder.emit("Gather", [a, index], [picked, ...a.shape.slice(1)], { attributes: { axis: 0 } });
}

/** Joins `a` and `b` along `axis`; `length` is the joint dimension. Not differentiated: it serves the KV cache. */
export function concatenate(builder: GraphBuilder, a: Value, b: Value, axis: number, length: Shape[number]): Value {
  const shape = a.shape.map((dimension, index) => (index === axis ? length : dimension));
  return builder.emit("Concat", [a, b], shape, { attributes: { axis } });
}
