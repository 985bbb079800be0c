/**
 * Half precision inside a layer: matrices and the products with them are float16; hidden states that are added up from
 * layer to layer, norms, softmax and activation functions are float32, so that neither large sums nor small differences
 * are lost (project decision). In single precision nothing is cast, and the graph is the plain one.
 */

import type { GraphBuilder, Value } from "../../../graph/graph.ts";
import { scale } from "../../../graph/operations/elementwise.ts";
import { linear, matmul } from "../../../graph/operations/linear.ts";
import { cast } from "../../../graph/operations/structure.ts";
import type { Precision } from "../../../graph/precision.ts";

/** The format in which a weight of `shape` is stored: matrices in `precision`, vectors in float32 always. */
export function weightType(shape: readonly number[], precision: Precision): Precision {
  return shape.length > 1 ? precision : "float32";
}

export interface MixedPrecision {
  readonly precision: Precision;
  /** `value` as an operand of products, in `precision`. */
  operand(value: Value): Value;
  /** `value` as a part of sums, norms and softmax, in float32. */
  single(value: Value): Value;
  /** x·Wᵀ (+ bias) in `precision`; see `linear` for the shapes. */
  project(x: Value, weight: Value, bias?: Value): Value;
  /** factor · query·keyᵀ, in float32; `keyTransposed` has its last two axes swapped already. */
  scores(query: Value, keyTransposed: Value, factor: number): Value;
}

export function mixedPrecision(builder: GraphBuilder, precision: Precision = "float32"): MixedPrecision {
  const operand = (value: Value) => cast(builder, value, precision);
  const single = (value: Value) => cast(builder, value, "float32");
  return {
    precision,
    operand,
    single,
    project: (x, weight, bias) => linear(builder, operand(x), weight, bias && operand(bias)),
    scores(query, keyTransposed, factor) {
      if (precision === "float32") return scale(builder, matmul(builder, query, keyTransposed), factor);
      // Scaled before the product, which could leave float16's range otherwise.
      return single(matmul(builder, scale(builder, query, factor), keyTransposed));
    },
  };
}
