/**
 * The graphs that hold a table of the whole vocabulary: embedding, head, and the head's gradient.
 *
 * A table that is larger than a GPU's buffers is held in parts, each a stretch of rows. Which ids lie in which part is
 * worked out by the caller, because a GPU has no arithmetic on integers here: see `splitIds`.
 */
import { invariant } from "../../../../core/errors.ts";
import { gradients } from "../../../../graph/differentiate.ts";
import { type Graph, GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { multiply, negate, scale } from "../../../../graph/operations/elementwise.ts";
import { linear } from "../../../../graph/operations/linear.ts";
import { rmsNorm, targetResidual } from "../../../../graph/operations/normalise.ts";
import { cast, gatherRows } from "../../../../graph/operations/structure.ts";
import type { HeadLoss, WeightSlot } from "../../definition.ts";
import type { DecoderConfig } from "./config.ts";

type VocabularyConfig = Pick<DecoderConfig, "vocabularySize" | "hiddenSize" | "normEpsilon">;

/** Rows of the embedding. */
export function embeddingRows({ embeddingRows: own, vocabularySize }: DecoderConfig): number {
  return own ?? vocabularySize;
}

/** Rows [begin, end) of each of `parts` parts of a table of `rows` rows, of sizes that differ by at most one. */
export function partRows(rows: number, parts: number): readonly (readonly [number, number])[] {
  return Array.from({ length: parts }, (_, part) => [
    Math.floor((part * rows) / parts),
    Math.floor(((part + 1) * rows) / parts),
  ]);
}

/** The inputs that hold `tensor`: `input` itself, or `input.0`, `input.1`, … for its parts. */
export function vocabularySlots(
  input: string,
  tensor: string,
  shape: readonly [rows: number, width: number],
  parts: number,
): WeightSlot[] {
  const slot = { input, tensor, shape };
  if (parts === 1) return [slot];
  return partRows(shape[0], parts).map((rows, part) => ({ ...slot, input: `${input}.${part}`, rows }));
}

/** The parts of a table as inputs of `builder`. */
function tableInputs(
  builder: GraphBuilder,
  slots: readonly WeightSlot[],
  precision: "float32" | "float16" = "float32",
): Value[] {
  return slots.map(({ input, shape: [rows = 0, width = 0], rows: [begin, end] = [0, rows] }) =>
    builder.input(input, [end - begin, width], precision),
  );
}

/** One after another along `axis`. Not differentiated. */
export function join(builder: GraphBuilder, values: readonly Value[], axis: number, length: number | string): Value {
  const [first] = values;
  invariant(first, "There is nothing to join.");
  if (values.length === 1) return first;
  const shape = first.shape.map((dimension, index) => (index === axis ? length : dimension));
  return builder.emit("Concat", values, shape, { attributes: { axis } });
}

/**
 * What the embedding graph of a table in parts takes in place of `ids`: the ids of each part, counted from its first row
 * and at least one of them, so that no input is empty, and for every row where it lies among all that were gathered.
 */
export function splitIds(
  ids: Int32Array,
  parts: readonly (readonly [number, number])[],
): { readonly ids: readonly Int32Array[]; readonly order: Int32Array } {
  const order = new Int32Array(ids.length);
  let gathered = 0;
  const split = parts.map(([begin, end]) => {
    const own: number[] = [];
    ids.forEach((id, row) => {
      if (id < begin || id >= end) return;
      order[row] = gathered + own.length;
      own.push(id - begin);
    });
    if (own.length === 0) own.push(0);
    gathered += own.length;
    return Int32Array.from(own);
  });
  return { ids: split, order };
}

/** Rows of the embedding's table as the layers take them: float32, times `factor` where there is one. */
export function embedded(builder: GraphBuilder, rows: Value, factor: number | undefined): Value {
  const single = cast(builder, rows, "float32");
  return factor === undefined ? single : scale(builder, single, factor);
}

/** See `TextDefinition.embed`. `precision` is the table's; hidden states are float32 always. */
export function embedGraph(
  { embeddingScale }: Pick<DecoderConfig, "embeddingScale">,
  table: readonly WeightSlot[],
  precision: "float32" | "float16" = "float32",
): Graph {
  const builder = new GraphBuilder("text embedding");
  if (table.length === 1) {
    const ids = builder.input("ids", ["R"], "int32");
    const [embedding] = tableInputs(builder, table, precision);
    invariant(embedding, "The embedding has a table.");
    builder.output("hidden_out", embedded(builder, gatherRows(builder, embedding, ids), embeddingScale));
    return builder.build();
  }
  const rows = tableInputs(builder, table, precision).map((part, index) =>
    gatherRows(builder, part, builder.input(`ids.${index}`, [`R${index}`], "int32")),
  );
  const order = builder.input("order", ["R"], "int32");
  const ordered = gatherRows(builder, join(builder, rows, 0, "gathered"), order);
  builder.output("hidden_out", embedded(builder, ordered, embeddingScale));
  return builder.build();
}

/** Picks rows of the hidden states as the head takes them. With `inverse` the picking has a gradient. */
export function pickRows(
  builder: GraphBuilder,
  { hiddenSize: width, normEpsilon }: Pick<VocabularyConfig, "hiddenSize" | "normEpsilon">,
  inverse?: Value,
) {
  const hidden = builder.input("hidden", ["R", width]);
  const positions = builder.input("positions", ["P"], "int32");
  const norm = builder.input("norm", [width]);
  const picked = gatherRows(builder, hidden, positions, inverse);
  return { hidden, picked, normalised: rmsNorm(builder, picked, norm, normEpsilon) };
}

/** See `TextDefinition.head`. `precision` is the table's and the product's; logits are float32 always. */
export function headGraph(
  config: VocabularyConfig,
  table: readonly WeightSlot[],
  precision: "float32" | "float16" = "float32",
): Graph {
  const builder = new GraphBuilder("head");
  const operand = cast(builder, pickRows(builder, config).normalised, precision);
  const parts = tableInputs(builder, table, precision);
  const logits = parts.map((part) => cast(builder, linear(builder, operand, part), "float32"));
  builder.output("logits", join(builder, logits, 1, config.vocabularySize));
  return builder.build();
}

/** See `TextDefinition.headGradient`. */
export function headGradientGraph(config: VocabularyConfig, table: WeightSlot, losses: readonly HeadLoss[]): Graph {
  const builder = new GraphBuilder("head backward");
  const rows = pickRows(builder, config, builder.input("inverse", ["R"], "int32"));
  const [weight] = tableInputs(builder, [table]);
  invariant(weight, "The head has a table.");
  const targets = builder.input("targets", ["P", 1], "int32");
  const logits = linear(builder, rows.normalised, weight);
  const { residual, probability } = targetResidual(builder, logits, targets);
  const [cotangent] = gradients(builder, logits, residual, [rows.normalised]);
  invariant(cotangent, "The logits depend on the picked rows.");
  nameLossGradients(builder, rows, cotangent, probability, losses);
  return builder.build();
}

/**
 * Names the gradients of all losses by the hidden states, from that of −ln P(target) by the normalised rows (`cotangent`) and
 * P(target) (`probability` [P, 1]). The losses differ by one factor per row, so what lies before is gone back through once.
 */
export function nameLossGradients(
  builder: GraphBuilder,
  { hidden, picked, normalised }: ReturnType<typeof pickRows>,
  cotangent: Value,
  probability: Value,
  losses: readonly HeadLoss[],
): void {
  const [shared] = gradients(builder, normalised, cotangent, [picked]);
  invariant(shared, "The logits depend on the picked rows.");
  losses.forEach((kind, loss) => {
    const weights = builder.input(`weights.${loss}`, ["P", 1]);
    const factors = kind === "likelihood" ? weights : negate(builder, multiply(builder, weights, probability));
    for (const gradient of gradients(builder, picked, multiply(builder, shared, factors), [hidden])) {
      builder.output(`hidden_gradient.${loss}`, gradient);
    }
  });
}
