/** Matrix products and their vector-Jacobian rules. */
import { invariant } from "../../core/errors.ts";
import { type GraphBuilder, type Value, withRule } from "../graph.ts";
import { broadcastShapes, formatShape, type Shape } from "../shape.ts";
import { transpose } from "./structure.ts";

function lastTwo(shape: Shape) {
  const [rows, columns] = shape.slice(-2);
  invariant(rows !== undefined && columns !== undefined, `${formatShape(shape)} is no matrix.`);
  return { rows, columns, leading: shape.slice(0, -2) };
}

function matrixTranspose(builder: GraphBuilder, a: Value): Value {
  const rank = a.shape.length;
  const permutation = a.shape.map((_, axis) => (axis === rank - 2 ? rank - 1 : axis === rank - 1 ? rank - 2 : axis));
  return transpose(builder, a, permutation);
}

/** Matrix product over the last two axes; leading axes must be equal (differentiation does not undo broadcasting). */
export function matmul(builder: GraphBuilder, a: Value, b: Value): Value {
  const left = lastTwo(a.shape);
  const right = lastTwo(b.shape);
  invariant(
    left.columns === right.rows,
    `Cannot multiply ${formatShape(a.shape)} by ${formatShape(b.shape)}: inner dimensions differ.`,
  );
  const shape = [...broadcastShapes(left.leading, right.leading), left.rows, right.columns];
  return withRule(builder.emit("MatMul", [a, b], shape), [a, b], (gradient, needed) => {
    invariant(
      formatShape(left.leading) === formatShape(right.leading) || (!needed[1] && right.leading.length === 0),
      "matmul is differentiated only where the leading axes are equal or the right factor is a plain matrix.",
    );
    return [
      needed[0] ? matmul(builder, gradient, matrixTranspose(builder, b)) : null,
      needed[1] ? matmul(builder, matrixTranspose(builder, a), gradient) : null,
    ];
  });
}

/**
 * Linear layer x·Wᵀ (+ bias) with W as checkpoints store it.
 * x [rows, inputs], weight [outputs, inputs], bias [outputs] → [rows, outputs].
 * The gradient by x is G·W. The gradient by W is never formed: scoring reduces it inside a kernel.
 */
export function linear(builder: GraphBuilder, x: Value, weight: Value, bias?: Value): Value {
  const [rows, inputs] = x.shape;
  const [outputs, weightInputs] = weight.shape;
  invariant(
    x.shape.length === 2 && rows !== undefined && outputs !== undefined && inputs === weightInputs,
    `linear: input ${formatShape(x.shape)} does not fit weight ${formatShape(weight.shape)}.`,
  );
  const operands = bias ? [x, weight, bias] : [x, weight];
  const result = builder.emit("Gemm", operands, [rows, outputs], { attributes: { transB: 1 } });
  return withRule(result, [x], (gradient) => [
    builder.emit("Gemm", [gradient, weight], [rows, weightInputs ?? 1], { attributes: {} }),
  ]);
}
