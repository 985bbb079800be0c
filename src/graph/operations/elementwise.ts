/** Element-wise operations with broadcasting, and their vector-Jacobian rules. */
import { type GraphBuilder, type Value, withRule } from "../graph.ts";
import { broadcastAxes, broadcastShapes, sameShape } from "../shape.ts";
import { reshape } from "./structure.ts";

/** Sums `gradient` over the axes along which an operand of shape `like` was repeated. */
function unbroadcast(builder: GraphBuilder, gradient: Value, like: Value): Value {
  if (sameShape(gradient.shape, like.shape)) return gradient;
  const axes = broadcastAxes(gradient.shape, like.shape);
  const kept = gradient.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  const summed =
    axes.length === 0
      ? gradient
      : builder.emit("ReduceSum", [gradient, builder.axes(axes)], kept, { attributes: { keepdims: 1 } });
  return sameShape(summed.shape, like.shape) ? summed : reshape(builder, summed, like.shape);
}

function binary(builder: GraphBuilder, operator: "Add" | "Sub" | "Mul" | "Div", a: Value, b: Value): Value {
  return builder.emit(operator, [a, b], broadcastShapes(a.shape, b.shape));
}

/** a + b. */
export function add(builder: GraphBuilder, a: Value, b: Value): Value {
  return withRule(binary(builder, "Add", a, b), [a, b], (gradient, needed) => [
    needed[0] ? unbroadcast(builder, gradient, a) : null,
    needed[1] ? unbroadcast(builder, gradient, b) : null,
  ]);
}

/** a − b. */
export function subtract(builder: GraphBuilder, a: Value, b: Value): Value {
  return withRule(binary(builder, "Sub", a, b), [a, b], (gradient, needed) => [
    needed[0] ? unbroadcast(builder, gradient, a) : null,
    needed[1] ? unbroadcast(builder, negate(builder, gradient), b) : null,
  ]);
}

/** a · b, element by element. */
export function multiply(builder: GraphBuilder, a: Value, b: Value): Value {
  return withRule(binary(builder, "Mul", a, b), [a, b], (gradient, needed) => [
    needed[0] ? unbroadcast(builder, binary(builder, "Mul", gradient, b), a) : null,
    needed[1] ? unbroadcast(builder, binary(builder, "Mul", gradient, a), b) : null,
  ]);
}

/** −a. */
export function negate(builder: GraphBuilder, a: Value): Value {
  return withRule(builder.emit("Neg", [a], a.shape), [a], (gradient) => [negate(builder, gradient)]);
}

/** factor · a for a fixed number. */
export function scale(builder: GraphBuilder, a: Value, factor: number): Value {
  return withRule(binary(builder, "Mul", a, builder.scalar(factor, a.type)), [a], (gradient) => [
    scale(builder, gradient, factor),
  ]);
}

/** SiLU: a · σ(a). Derivative σ + a·σ·(1 − σ). */
export function silu(builder: GraphBuilder, a: Value): Value {
  return gatedBySigmoid(builder, a, 1);
}

/** GELU in its sigmoid form (quick_gelu): a · σ(k·a), k = 1.702. Derivative σ + k·a·σ·(1 − σ). */
export function quickGelu(builder: GraphBuilder, a: Value): Value {
  return gatedBySigmoid(builder, a, 1.702);
}

function gatedBySigmoid(builder: GraphBuilder, a: Value, steepness: number): Value {
  const scaled = (x: Value) => (steepness === 1 ? x : binary(builder, "Mul", x, builder.scalar(steepness, x.type)));
  const sigmoid = builder.emit("Sigmoid", [scaled(a)], a.shape);
  const result = binary(builder, "Mul", a, sigmoid);
  return withRule(result, [a], (gradient) => {
    const remaining = binary(builder, "Sub", builder.scalar(1, a.type), sigmoid);
    const slope = binary(builder, "Add", sigmoid, scaled(binary(builder, "Mul", result, remaining)));
    return [binary(builder, "Mul", gradient, slope)];
  });
}

/**
 * GELU as it is defined: a · Φ(a), Φ(a) = ½·(1 + erf(a/√2)). Derivative Φ(a) + a·φ(a), φ(a) = exp(−a²/2)/√(2π).
 */
export function gelu(builder: GraphBuilder, a: Value): Value {
  const scalar = (value: number) => builder.scalar(value, a.type);
  const multiplied = (x: Value, y: Value) => binary(builder, "Mul", x, y);
  const erf = builder.emit("Erf", [multiplied(a, scalar(Math.SQRT1_2))], a.shape);
  const share = multiplied(binary(builder, "Add", erf, scalar(1)), scalar(0.5));
  return withRule(multiplied(a, share), [a], (gradient) => {
    const exponent = multiplied(multiplied(a, a), scalar(-0.5));
    const density = multiplied(builder.emit("Exp", [exponent], a.shape), scalar(1 / Math.sqrt(2 * Math.PI)));
    return [multiplied(gradient, binary(builder, "Add", share, multiplied(a, density)))];
  });
}

const GELU_CUBIC = 0.044715;
const GELU_SCALE = Math.sqrt(2 / Math.PI);

/**
 * GELU in its tanh form (gelu_pytorch_tanh): ½·a·(1 + tanh u), u = √(2/π)·(a + 0.044715·a³).
 * Derivative ½·(1 + tanh u) + ½·a·(1 − tanh² u)·√(2/π)·(1 + 3·0.044715·a²).
 */
export function geluTanh(builder: GraphBuilder, a: Value): Value {
  const result = builder.emit("FastGelu", [a], a.shape, { domain: "com.microsoft" });
  return withRule(result, [a], (gradient) => {
    const scalar = (value: number) => builder.scalar(value, a.type);
    const multiplied = (x: Value, y: Value) => binary(builder, "Mul", x, y);
    const square = multiplied(a, a);
    const cubic = binary(builder, "Add", scalar(1), multiplied(scalar(GELU_CUBIC), square));
    const inner = multiplied(multiplied(a, cubic), scalar(GELU_SCALE));
    const tanh = builder.emit("Tanh", [inner], a.shape);
    const halfSum = multiplied(binary(builder, "Add", tanh, scalar(1)), scalar(0.5));
    const innerSlope = multiplied(
      binary(builder, "Add", scalar(1), multiplied(scalar(3 * GELU_CUBIC), square)),
      scalar(GELU_SCALE),
    );
    const tanhSlope = binary(builder, "Sub", scalar(1), multiplied(tanh, tanh));
    const second = multiplied(multiplied(multiplied(a, scalar(0.5)), tanhSlope), innerSlope);
    return [multiplied(gradient, binary(builder, "Add", halfSum, second))];
  });
}
