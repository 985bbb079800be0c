/**
 * Grouped-query attention with rotary positions and cache, written out in ONNX's own operators, for head sizes that
 * onnxruntime's fused one does not take. Any batch and length; positions and padding are fed.
 */
import { DATA_TYPES, type GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { add, multiply, scale } from "../../../../graph/operations/elementwise.ts";
import { matmul } from "../../../../graph/operations/linear.ts";
import { softmax } from "../../../../graph/operations/normalise.ts";
import { concatenate, reshape, transpose } from "../../../../graph/operations/structure.ts";
import { times } from "../../../../graph/shape.ts";
import type { Attend, Projected } from "./fused-attention.ts";
import { halfRotation } from "./layer-graphs.ts";

export interface PlainAttention {
  readonly headSize: number;
  /** See `scoreScale`. */
  readonly factor: number;
  /** int64 [batch, all tokens], 0 where a sample is padded. */
  readonly mask: Value;
  /** How many tokens are new, int64 [1]. */
  readonly length: Value;
}

/** Added to scores of tokens that must not be seen: far below any score, and finite, so that rows of padding stay numbers. */
const UNSEEN = -1e9;

/** [batch, 1, new tokens, all tokens]: 0 where a token may be seen, `UNSEEN` elsewhere. @param window see `Projected`. */
function attentionBias(builder: GraphBuilder, { mask, length }: PlainAttention, window: number | undefined): Value {
  const [batch = "B"] = mask.shape;
  const int64 = { type: "int64" } as const;
  const bool = { type: "bool" } as const;
  const scalar = (value: Value) => builder.emit("Squeeze", [value], [], int64);
  const zero = builder.constant(BigInt64Array.of(0n), []);
  const one = builder.constant(BigInt64Array.of(1n), []);
  const near = (before: Value, tokens: number) => {
    const reach = builder.constant(BigInt64Array.of(BigInt(tokens)), []);
    const lost = builder.emit("Sub", [column, reach], ["T", 1], int64);
    const inside = builder.emit("Greater", [keys, lost], ["T", "S"], bool);
    return builder.emit("And", [before, inside], ["T", "S"], bool);
  };
  const shape = builder.emit("Shape", [mask], [2], int64);
  const all = scalar(builder.emit("Gather", [shape, builder.axes([1])], [1], { ...int64, attributes: { axis: 0 } }));
  const first = builder.emit("Sub", [all, scalar(length)], [], int64);
  const keys = builder.emit("Range", [zero, all, one], ["S"], int64);
  const queries = builder.emit("Range", [first, all, one], ["T"], int64);
  const column = builder.emit("Unsqueeze", [queries, builder.axes([1])], ["T", 1], int64);
  const before = builder.emit("LessOrEqual", [keys, column], ["T", "S"], bool);
  const past = window === undefined ? before : near(before, window);
  const real = builder.emit("Cast", [mask], mask.shape, { ...bool, attributes: { to: DATA_TYPES.bool } });
  const realKeys = builder.emit("Unsqueeze", [real, builder.axes([1, 2])], [batch, 1, 1, "S"], bool);
  const seen = builder.emit("And", [realKeys, past], [batch, 1, "T", "S"], bool);
  return builder.emit("Where", [seen, builder.scalar(0), builder.scalar(UNSEEN)], [batch, 1, "T", "S"], {
    type: "float32",
  });
}

/** Cosines or sines of every token, [batch, 1, new tokens, head size], of a table [positions, head size / 2]. */
function ofTokens(builder: GraphBuilder, table: Value, positions: Value, headSize: number): Value {
  const [batch = "B"] = positions.shape;
  const rows = builder.emit("Gather", [table, positions], [batch, "T", headSize / 2], { attributes: { axis: 0 } });
  const both = builder.emit("Concat", [rows, rows], [batch, "T", headSize], { attributes: { axis: -1 } });
  return builder.emit("Unsqueeze", [both, builder.axes([1])], [batch, 1, "T", headSize]);
}

/** Declares the input `position_ids` int64 [batch, new tokens]; the layers share what is made of it and of the mask. */
export function plainAttention(builder: GraphBuilder, attention: PlainAttention): Attend {
  const { headSize, factor, mask } = attention;
  const [batch = "B"] = mask.shape;
  const positions = builder.input("position_ids", [batch, "T"], "int64");
  const biases = new Map<number | undefined, Value>();
  const biasOf = (window: number | undefined) => {
    const bias = biases.get(window) ?? attentionBias(builder, attention, window);
    biases.set(window, bias);
    return bias;
  };
  const rotation = builder.constant(halfRotation(headSize), [headSize, headSize]);
  const ofAllTokens = new Map<Value, Value>();
  const gathered = (table: Value) => {
    const rows = ofAllTokens.get(table) ?? ofTokens(builder, table, positions, headSize);
    ofAllTokens.set(table, rows);
    return rows;
  };
  const splitHeads = (x: Value, count: number) =>
    transpose(builder, reshape(builder, x, [batch, "T", count, headSize]), [0, 2, 1, 3]);

  return ({ query, key, value, pastKey, pastValue, cosine, sine, heads, keyValueHeads, window }: Projected) => {
    const [cosines, sines] = [gathered(cosine), gathered(sine)];
    const rotate = (x: Value) =>
      add(builder, multiply(builder, x, cosines), multiply(builder, matmul(builder, x, rotation), sines));
    const allKeys = concatenate(builder, pastKey, rotate(splitHeads(key, keyValueHeads)), 2, "S");
    const allValues = concatenate(builder, pastValue, splitHeads(value, keyValueHeads), 2, "S");
    // The query heads of one group lie one after another, so their rows stack under their key/value head.
    const rows = times("T", heads / keyValueHeads);
    const grouped = reshape(builder, rotate(splitHeads(query, heads)), [batch, keyValueHeads, rows, headSize]);
    const scores = scale(builder, matmul(builder, grouped, transpose(builder, allKeys, [0, 1, 3, 2])), factor);
    const byHead = add(builder, reshape(builder, scores, [batch, heads, "T", "S"]), biasOf(window));
    const shares = reshape(builder, softmax(builder, byHead), [batch, keyValueHeads, rows, "S"]);
    const mixed = reshape(builder, matmul(builder, shares, allValues), [batch, heads, "T", headSize]);
    const joined = transpose(builder, mixed, [0, 2, 1, 3]);
    return {
      context: reshape(builder, joined, [batch, "T", heads * headSize]),
      key: allKeys,
      value: allValues,
    };
  };
}
