/**
 * Symbolic shapes: a dimension is a number or a named length that is known only when the graph runs, possibly
 * times a whole number ("T", "2*T"). Tracking them lets the builder catch mistakes when a graph is built and lets
 * the reshape rule write its own inverse.
 */
import { invariant } from "../core/errors.ts";

export type Dimension = number | string;
export type Shape = readonly Dimension[];

interface Factored {
  readonly factor: number;
  readonly symbol: string;
}

/** A dimension as a whole number times a named length, "" where it is a number. */
export function factorise(dimension: Dimension): Factored {
  if (typeof dimension === "number") return { factor: dimension, symbol: "" };
  const star = dimension.indexOf("*");
  if (star < 0) return { factor: 1, symbol: dimension };
  return { factor: Number(dimension.slice(0, star)), symbol: dimension.slice(star + 1) };
}

/** `dimension` times a whole number, in normal form: times("T", 2) is "2*T", times("T", 1) is "T". */
export function times(dimension: Dimension, count: number): Dimension {
  const { factor, symbol } = factorise(dimension);
  const product = factor * count;
  if (symbol === "") return product;
  return product === 1 ? symbol : `${product}*${symbol}`;
}

/** Number of elements in normal form: the numeric factor and the sorted symbols. */
function elementCount(shape: Shape): string {
  let factor = 1;
  const symbols: string[] = [];
  for (const dimension of shape) {
    const part = factorise(dimension);
    factor *= part.factor;
    if (part.symbol !== "") symbols.push(part.symbol);
  }
  return `${factor}·${symbols.sort().join("·")}`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, index) => dimension === b[index]);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The constant that ONNX Reshape needs to turn `from` into `to`: numbers stay, a symbolic dimension that keeps its
 * place becomes 0 (copy), at most one other becomes -1 (infer).
 */
export function reshapePattern(from: Shape, to: Shape): bigint[] {
  invariant(
    elementCount(from) === elementCount(to),
    `Cannot reshape ${formatShape(from)} to ${formatShape(to)}: the numbers of elements differ.`,
  );
  let inferred = 0;
  const pattern = to.map((dimension, index) => {
    if (typeof dimension === "number") return BigInt(dimension);
    if (from[index] === dimension) return 0n;
    inferred += 1;
    return -1n;
  });
  invariant(
    inferred <= 1,
    `Cannot reshape ${formatShape(from)} to ${formatShape(to)}: two dimensions are unknown until the graph runs.`,
  );
  return pattern;
}

/** Shape of an element-wise result under numpy's broadcasting rule. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a[index - rank + a.length] ?? 1;
    const right = b[index - rank + b.length] ?? 1;
    invariant(
      left === right || left === 1 || right === 1,
      `Shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast.`,
    );
    return left === 1 ? right : left;
  });
}

/** Axes of `wide` over which `narrow` was repeated, in `wide`'s numbering. */
export function broadcastAxes(wide: Shape, narrow: Shape): number[] {
  const missing = wide.length - narrow.length;
  return wide.flatMap((dimension, axis) => {
    const own = narrow[axis - missing] ?? 1;
    return axis < missing || (own === 1 && dimension !== 1) ? [axis] : [];
  });
}
