/** Attention among the rows of frames, as the layers of vision towers write it out. */
import type { GraphBuilder, Value } from "../../../graph/graph.ts";
import { add, multiply } from "../../../graph/operations/elementwise.ts";
import { matmul } from "../../../graph/operations/linear.ts";
import { softmax } from "../../../graph/operations/normalise.ts";
import { reshape, transpose } from "../../../graph/operations/structure.ts";
import { type BiasShape, biasDims } from "./attention-scheme.ts";
import type { MixedPrecision } from "./mixed-precision.ts";

/** By heads, [batch, heads, rows of a frame, head size]; keys with their last two axes swapped. */
export interface FrameHeads {
  readonly query: Value;
  readonly keysTransposed: Value;
  readonly value: Value;
}

export interface FrameAttention {
  readonly batch: number | string;
  /** Rows of a frame, and of all frames. */
  readonly patches: number | string;
  readonly rows: number | string;
  /** Of the output projection's input. */
  readonly columns: number;
  readonly headSize: number;
  /** Shape of the input `attention_bias`, which is declared here; none when absent. */
  readonly bias: BiasShape | undefined;
  /** One factor for each column of the output projection's input. */
  readonly mask: Value;
}

/** softmax(q·kᵀ / √headSize + bias)·v of all heads side by side, masked, [rows, columns]. */
export function emitFrameAttention(
  builder: GraphBuilder,
  { operand, scores }: MixedPrecision,
  { query, keysTransposed, value }: FrameHeads,
  { batch, patches, rows, columns, headSize, bias, mask }: FrameAttention,
): Value {
  const scaled = scores(query, keysTransposed, headSize ** -0.5);
  const seen = bias ? add(builder, scaled, builder.input("attention_bias", biasDims(bias, batch, patches))) : scaled;
  const mixed = matmul(builder, operand(softmax(builder, seen)), value);
  const joined = transpose(builder, mixed, [0, 2, 1, 3]);
  return multiply(builder, reshape(builder, joined, [rows, columns]), operand(mask));
}
