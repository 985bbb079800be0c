/** Normalisations, softmax and the loss, with their vector-Jacobian rules. */
import { invariant } from "../../core/errors.ts";
import { type GraphBuilder, lastDimension, type Value, withRule } from "../graph.ts";
import type { Shape } from "../shape.ts";

function withLast(shape: Shape, last: number): Shape {
  return [...shape.slice(0, -1), last];
}

function meanOfLast(builder: GraphBuilder, a: Value): Value {
  return builder.emit("ReduceMean", [a, builder.axes([-1])], withLast(a.shape, 1), { attributes: { keepdims: 1 } });
}

function sumOfLast(builder: GraphBuilder, a: Value): Value {
  return builder.emit("ReduceSum", [a, builder.axes([-1])], withLast(a.shape, 1), { attributes: { keepdims: 1 } });
}

/**
 * RMSNorm over the last axis: x̂ = x / √(mean(x²) + ε), result x̂ · weight.
 * Gradient by x with r = 1/√(mean(x²) + ε) and h = gradient · weight: r · (h − x̂ · mean(h · x̂)).
 */
export function rmsNorm(builder: GraphBuilder, x: Value, weight: Value, epsilon: number): Value {
  const result = builder.emit("SimplifiedLayerNormalization", [x, weight], x.shape, {
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  });
  return withRule(result, [x], (gradient) => {
    const square = builder.emit("Mul", [x, x], x.shape);
    const shifted = builder.emit(
      "Add",
      [meanOfLast(builder, square), builder.scalar(epsilon, x.type)],
      withLast(x.shape, 1),
    );
    const root = builder.emit("Sqrt", [shifted], shifted.shape);
    const normalised = builder.emit("Div", [x, root], x.shape);
    const weighted = builder.emit("Mul", [gradient, weight], x.shape);
    const along = meanOfLast(builder, builder.emit("Mul", [weighted, normalised], x.shape));
    const across = builder.emit("Sub", [weighted, builder.emit("Mul", [normalised, along], x.shape)], x.shape);
    return [builder.emit("Div", [across, root], x.shape)];
  });
}

/**
 * LayerNorm over the last axis: x̂ = (x − mean) / √(variance + ε), result x̂ · weight + bias.
 * Gradient by x with r = 1/√(variance + ε) and h = gradient · weight: r · (h − mean(h) − x̂ · mean(h · x̂)).
 */
export function layerNorm(builder: GraphBuilder, x: Value, weight: Value, bias: Value, epsilon: number): Value {
  const column = withLast(x.shape, 1);
  const result = builder.emit("LayerNormalization", [x, weight, bias], x.shape, {
    attributes: { axis: -1, epsilon: { float: epsilon } },
  });
  return withRule(result, [x], (gradient) => {
    const centred = builder.emit("Sub", [x, meanOfLast(builder, x)], x.shape);
    const variance = meanOfLast(builder, builder.emit("Mul", [centred, centred], x.shape));
    const root = builder.emit(
      "Sqrt",
      [builder.emit("Add", [variance, builder.scalar(epsilon, x.type)], column)],
      column,
    );
    const normalised = builder.emit("Div", [centred, root], x.shape);
    const weighted = builder.emit("Mul", [gradient, weight], x.shape);
    const level = builder.emit("Sub", [weighted, meanOfLast(builder, weighted)], x.shape);
    const along = meanOfLast(builder, builder.emit("Mul", [weighted, normalised], x.shape));
    const across = builder.emit("Sub", [level, builder.emit("Mul", [normalised, along], x.shape)], x.shape);
    return [builder.emit("Div", [across, root], x.shape)];
  });
}

/** Softmax over the last axis. Gradient: p · (g − Σ g·p). */
export function softmax(builder: GraphBuilder, x: Value): Value {
  const result = builder.emit("Softmax", [x], x.shape, { attributes: { axis: -1 } });
  return withRule(result, [x], (gradient) => {
    const total = sumOfLast(builder, builder.emit("Mul", [gradient, result], x.shape));
    const centred = builder.emit("Sub", [gradient, total], x.shape);
    return [builder.emit("Mul", [result, centred], x.shape)];
  });
}

/**
 * What the gradients of −ln P(target) and of P(target) by the logits are made of, with p = softmax(logits): the residual
 * p − onehot(target) [rows, vocabulary], which is the gradient of −ln P, and P = p[target] [rows, 1]; the gradient of P is
 * −P · residual. The losses themselves are measured by a kernel.
 *
 * At the target the residual is minus the sum of all other probabilities. That is P − 1 without its rounding: where the
 * model is sure, 1 − P is smaller than float32 can tell from the difference (at 3e-5 to four parts in a thousand).
 *
 * logits [rows, vocabulary], targets int32 [rows, 1].
 */
export function targetResidual(
  builder: GraphBuilder,
  logits: Value,
  targets: Value,
): { readonly residual: Value; readonly probability: Value } {
  const vocabulary = lastDimension(logits.shape);
  invariant(typeof vocabulary === "number", "targetResidual needs a fixed vocabulary.");
  const ids = builder.constant(
    Int32Array.from({ length: vocabulary }, (_, id) => id),
    [1, vocabulary],
  );
  const probabilities = builder.emit("Softmax", [logits], logits.shape, { attributes: { axis: -1 } });
  const hit = builder.emit("Equal", [ids, targets], logits.shape, { type: "bool" });
  const others = builder.emit("Where", [hit, builder.scalar(0, logits.type), probabilities], logits.shape, {
    type: logits.type,
  });
  const rest = sumOfLast(builder, others);
  const negated = builder.emit("Neg", [rest], rest.shape);
  const residual = builder.emit("Where", [hit, negated, probabilities], logits.shape, { type: logits.type });
  const probability = sumOfLast(builder, builder.emit("Sub", [probabilities, others], logits.shape));
  return { residual, probability };
}
