/**
 * The graphs that hold a table of the whole vocabulary: embedding, head, and the head's gradient.
 *
 * A table that is larger than a GPU's buffers is held in parts, each a stretch of rows. Which ids lie in which part is
 * worked out by the caller, because a GPU has no arithmetic on integers here: see `splitIds`.
 */
import { invariant } from "../../../../core/errors.ts";
import { gradients } from "../../../../graph/differentiate.ts";
import { type Graph, GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { add, multiply, negate, scale } from "../../../../graph/operations/elementwise.ts";
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
function join(builder: GraphBuilder, values: readonly Value[], axis: number, length: number | string): Value {
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

/** Picks rows of the hidden states and multiplies them with the head; the logits stay in parts. */
function emitHead(
  builder: GraphBuilder,
  config: VocabularyConfig,
  table: readonly WeightSlot[],
  { inverse, precision = "float32" }: { readonly inverse?: Value; readonly precision?: "float32" | "float16" } = {},
) {
  const { hiddenSize: width, normEpsilon } = config;
  const hidden = builder.input("hidden", ["R", width]);
  const positions = builder.input("positions", ["P"], "int32");
  const norm = builder.input("norm", [width]);
  const parts = tableInputs(builder, table, precision);
  const picked = gatherRows(builder, hidden, positions, inverse);
  const normalised = rmsNorm(builder, picked, norm, normEpsilon);
  // The same value as a leaf: the way back stops there, adds up the parts, and goes on from there once.
  const leaf: Value = { name: normalised.name, shape: normalised.shape, type: normalised.type };
  const operand = cast(builder, leaf, precision);
  const logits = parts.map((part) => cast(builder, linear(builder, operand, part), "float32"));
  return { hidden, picked, normalised, leaf, logits };
}

/** See `TextDefinition.head`. `precision` is the table's and the product's; logits are float32 always. */
export function headGraph(
  config: VocabularyConfig,
  table: readonly WeightSlot[],
  precision: "float32" | "float16" = "float32",
): Graph {
  const builder = new GraphBuilder("head");
  const { logits } = emitHead(builder, config, table, { precision });
  builder.output("logits", join(builder, logits, 1, config.vocabularySize));
  return builder.build();
}

/** Gradient by `target` of what has the gradient `cotangent` by the logits, whose parts are columns of it. */
function throughParts(builder: GraphBuilder, logits: readonly Value[], cotangent: Value, target: Value): Value {
  const widths = logits.map(({ shape }) => Number(shape[1]));
  const columns =
    logits.length === 1
      ? [cotangent]
      : builder.emitMany(
          "Split",
          [cotangent, builder.constant(BigInt64Array.from(widths, BigInt), [widths.length])],
          logits.map(({ shape }) => ({ shape })),
          { attributes: { axis: 1 } },
        );
  const shares = logits.flatMap((part, index) => {
    const column = columns[index];
    return column ? gradients(builder, part, column, [target]) : [];
  });
  return shares.reduce((sum, share) => add(builder, sum, share));
}

/** See `TextDefinition.headGradient`. */
export function headGradientGraph(
  config: VocabularyConfig,
  table: readonly WeightSlot[],
  losses: readonly HeadLoss[],
): Graph {
  const builder = new GraphBuilder("head backward");
  const head = emitHead(builder, config, table, { inverse: builder.input("inverse", ["R"], "int32") });
  const { hidden, picked, normalised, leaf, logits } = head;
  const targets = builder.input("targets", ["P", 1], "int32");
  const { residual, probability } = targetResidual(builder, join(builder, logits, 1, config.vocabularySize), targets);
  // The losses differ by one factor per row, so the head is gone back through once for all of them.
  const [shared] = gradients(builder, normalised, throughParts(builder, logits, residual, leaf), [picked]);
  invariant(shared, "The logits depend on the picked rows.");
  losses.forEach((kind, loss) => {
    const weights = builder.input(`weights.${loss}`, ["P", 1]);
    const factors = kind === "likelihood" ? weights : negate(builder, multiply(builder, weights, probability));
    for (const gradient of gradients(builder, picked, multiply(builder, shared, factors), [hidden])) {
      builder.output(`hidden_gradient.${loss}`, gradient);
    }
  });
  return builder.build();
}
