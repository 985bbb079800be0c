/**
 * The layer behind the tower: the patches of each block are normalised and joined, and two matrices with GELU between them
 * make an image token of each block.
 */
import type { GraphBuilder, Value } from "../../../../graph/graph.ts";
import { gelu } from "../../../../graph/operations/elementwise.ts";
import { linear } from "../../../../graph/operations/linear.ts";
import { cast, reshape } from "../../../../graph/operations/structure.ts";
import type { Precision } from "../../../../graph/precision.ts";
import { times } from "../../../../graph/shape.ts";
import type { FrameBatch, WeightSlot } from "../../definition.ts";
import { pair } from "../encoder/layer-spec.ts";
import type { GridEncoderConfig } from "./config.ts";
import { emitNorm, framesOf } from "./layer-graphs.ts";
import { normSlots } from "./layer-spec.ts";

export interface Merger {
  readonly config: Pick<GridEncoderConfig, "hiddenSize" | "mergeSize" | "norm" | "normEpsilon">;
  readonly textWidth: number;
  /** Before the names of its graph inputs. */
  readonly port: string;
  /** Tensors' names without what says weight or bias. */
  readonly names: Readonly<Record<"norm" | "first" | "second", string>>;
  /** Whether a block's patches are joined first and normalised as one. */
  readonly joinsFirst?: boolean;
}

/** Width of a block's patches side by side. */
function joinedWidth({ hiddenSize, mergeSize }: Merger["config"]): number {
  return hiddenSize * mergeSize ** 2;
}

function normWidth({ config, joinsFirst = false }: Merger): number {
  return joinsFirst ? joinedWidth(config) : config.hiddenSize;
}

export function mergerSlots(merger: Merger): WeightSlot[] {
  const { config, textWidth, port, names } = merger;
  const joined = joinedWidth(config);
  return [
    ...normSlots(config, `${port}_norm`, names.norm, normWidth(merger)),
    ...pair(`${port}_first`, names.first, [joined, joined]),
    ...pair(`${port}_second`, names.second, [textWidth, joined]),
  ];
}

/** Hidden states of `frames` frames, whose patches are counted when the graph runs, as an input of the connector. */
export function mergerInput(
  builder: GraphBuilder,
  name: string,
  { hiddenSize, mergeSize }: Merger["config"],
  frames: FrameBatch["batch"],
): Value {
  return builder.input(name, [times("M", framesOf({ batch: frames }) * mergeSize ** 2), hiddenSize]);
}

/**
 * Image tokens [blocks, text width] of `hidden`, see `mergerInput`; declares the weights. The patches of a block are
 * neighbours, so joining them is another shape of the same numbers.
 */
export function emitMerger(
  builder: GraphBuilder,
  merger: Merger,
  hidden: Value,
  frames: FrameBatch["batch"],
  precision: Precision = "float32",
): Value {
  const { config, textWidth, port, joinsFirst = false } = merger;
  const joined = joinedWidth(config);
  const weight = builder.input(`${port}_norm`, [normWidth(merger)]);
  const bias = config.norm === "layer" ? builder.input(`${port}_norm_bias`, [normWidth(merger)]) : undefined;
  const join = (x: Value) => reshape(builder, x, [times("M", framesOf({ batch: frames })), joined]);
  // Products of this length lose too much when they are summed in half precision.
  const project = (x: Value, name: string, rows: number) => {
    const matrix = cast(builder, builder.input(`${port}_${name}`, [rows, joined], precision), "float32");
    return linear(builder, x, matrix, builder.input(`${port}_${name}_bias`, [rows]));
  };
  const normalised = emitNorm(builder, config, joinsFirst ? join(hidden) : hidden, weight, bias);
  const first = project(joinsFirst ? normalised : join(normalised), "first", joined);
  return project(gelu(builder, first), "second", textWidth);
}
