/**
 * The head and its gradient as graphs of one part of the vocabulary's table each, see `HeadInParts`. Logits are joined before
 * their softmax, so every number is what the graph of the whole table gives; only products with the table go in parts.
 */
import { invariant } from "../../../../core/errors.ts";
import { type Graph, GraphBuilder } from "../../../../graph/graph.ts";
import { linear } from "../../../../graph/operations/linear.ts";
import { targetResidual } from "../../../../graph/operations/normalise.ts";
import { cast } from "../../../../graph/operations/structure.ts";
import type { HeadInParts, HeadLoss, MatrixFormat, WeightSlot } from "../../definition.ts";
import type { DecoderConfig } from "./config.ts";
import { join, nameLossGradients, pickRows } from "./vocabulary.ts";

type HeadConfig = Pick<DecoderConfig, "vocabularySize" | "hiddenSize" | "normEpsilon">;

function rowsGraph(config: HeadConfig): Graph {
  const builder = new GraphBuilder("head rows");
  builder.output("normalised", pickRows(builder, config).normalised);
  return builder.build();
}

/** All parts share it, whatever their sizes. The copy in single precision lives inside the run. */
function logitsGraph({ hiddenSize: width }: HeadConfig, { precision = "float32" }: MatrixFormat): Graph {
  const builder = new GraphBuilder("head part");
  const normalised = builder.input("normalised", ["P", width]);
  const table = cast(builder, builder.input("table", ["V", width], precision), "float32");
  builder.output("logits", linear(builder, normalised, table));
  return builder.build();
}

function joinGraph({ vocabularySize }: HeadConfig, parts: number): Graph {
  const builder = new GraphBuilder("join logits");
  const logits = Array.from({ length: parts }, (_, part) => builder.input(`logits.${part}`, ["P", `V${part}`]));
  builder.output("logits", join(builder, logits, 1, vocabularySize));
  return builder.build();
}

function residualGraph({ vocabularySize }: HeadConfig): Graph {
  const builder = new GraphBuilder("head residual");
  const logits = builder.input("logits", ["P", vocabularySize]);
  const { residual, probability } = targetResidual(builder, logits, builder.input("targets", ["P", 1], "int32"));
  builder.output("residual", residual);
  builder.output("probability", probability);
  return builder.build();
}

/** The one graph that differs from part to part: it holds next to nothing, where each graph with a table keeps its copy. */
function columnsGraph({ vocabularySize }: HeadConfig, [begin, end]: readonly [number, number]): Graph {
  const builder = new GraphBuilder("head columns");
  const residual = builder.input("residual", ["P", vocabularySize]);
  const [first, last, axis] = [begin, end, 1].map((number) => builder.constant(BigInt64Array.of(BigInt(number)), [1]));
  invariant(first && last && axis, "Columns have two bounds and an axis.");
  builder.output("columns", builder.emit("Slice", [residual, first, last, axis], ["P", end - begin]));
  return builder.build();
}

function backGraph({ hiddenSize: width }: HeadConfig, { precision = "float32" }: MatrixFormat): Graph {
  const builder = new GraphBuilder("head part backward");
  const columns = builder.input("columns", ["P", "V"]);
  const table = cast(builder, builder.input("table", ["V", width], precision), "float32");
  builder.output("gradient", builder.emit("Gemm", [columns, table], ["P", width]));
  return builder.build();
}

function rowsBackGraph(config: HeadConfig, losses: readonly HeadLoss[]): Graph {
  const builder = new GraphBuilder("head rows backward");
  const rows = pickRows(builder, config, builder.input("inverse", ["R"], "int32"));
  const gradient = builder.input("gradient", ["P", config.hiddenSize]);
  nameLossGradients(builder, rows, gradient, builder.input("probability", ["P", 1]), losses);
  return builder.build();
}

/** `table`: the slots of the table's parts. */
export function headInParts(config: HeadConfig, table: readonly WeightSlot[]): HeadInParts {
  return {
    parts: table.map(({ input, shape: [words = 0], rows = [0, words] }) => ({ input, rows })),
    rows: () => rowsGraph(config),
    logits: (options) => logitsGraph(config, options),
    join: () => joinGraph(config, table.length),
    residual: () => residualGraph(config),
    columns: ({ rows }) => columnsGraph(config, rows),
    back: (options) => backGraph(config, options),
    rowsBack: ({ losses }) => rowsBackGraph(config, losses),
  };
}
