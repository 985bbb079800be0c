/**
 * The layer behind the tower: the patches of each block are normalised and joined, and two matrices with GELU between them
 * make an image token of each block.
 */
import type { GraphBuilder } from "../../../../graph/graph.ts";
import { gelu } from "../../../../graph/operations/elementwise.ts";
import { linear } from "../../../../graph/operations/linear.ts";
import { cast, reshape } from "../../../../graph/operations/structure.ts";
import type { Precision } from "../../../../graph/precision.ts";
import { times } from "../../../../graph/shape.ts";
import type { WeightSlot } from "../../definition.ts";
import { pair } from "../encoder/layer-spec.ts";
import type { GridEncoderConfig } from "./config.ts";
import { emitNorm, framesOf } from "./layer-graphs.ts";
import { normSlots } from "./layer-spec.ts";

export interface Merger {
  readonly config: Pick<GridEncoderConfig, "hiddenSize" | "mergeSize" | "norm" | "normEpsilon">;
  readonly textWidth: number;
  /** Tensors' names without what says weight or bias. */
  readonly names: Readonly<Record<"norm" | "first" | "second", string>>;
}

/** Width of a block's patches side by side. */
function joinedWidth({ hiddenSize, mergeSize }: Merger["config"]): number {
  return hiddenSize * mergeSize ** 2;
}

export function mergerSlots({ config, textWidth, names }: Merger): WeightSlot[] {
  const joined = joinedWidth(config);
  return [
    ...normSlots(config, "merger_norm", names.norm, config.hiddenSize),
    ...pair("merger_first", names.first, [joined, joined]),
    ...pair("merger_second", names.second, [textWidth, joined]),
  ];
}

/** See `EmitConnector`. The patches of a block are neighbours, so joining them is another shape of the same numbers. */
export function emitMerger(
  { config, textWidth }: Merger,
  builder: GraphBuilder,
  batch: number | string,
  precision: Precision = "float32",
) {
  const { hiddenSize: width, mergeSize, norm } = config;
  const joined = joinedWidth(config);
  const frames = framesOf({ batch });
  const hidden = builder.input("hidden", [times("M", frames * mergeSize ** 2), width]);
  const weight = builder.input("merger_norm", [width]);
  const bias = norm === "layer" ? builder.input("merger_norm_bias", [width]) : undefined;
  // Products of this length lose too much when they are summed in half precision.
  const matrix = (name: string, rows: number) =>
    cast(builder, builder.input(name, [rows, joined], precision), "float32");
  const normalised = emitNorm(builder, config, hidden, weight, bias);
  const blocks = reshape(builder, normalised, [times("M", frames), joined]);
  const first = linear(builder, blocks, matrix("merger_first", joined), builder.input("merger_first_bias", [joined]));
  const second = matrix("merger_second", textWidth);
  const features = linear(builder, gelu(builder, first), second, builder.input("merger_second_bias", [textWidth]));
  return { hidden, features };
}
