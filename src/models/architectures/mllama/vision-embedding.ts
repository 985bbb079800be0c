/**
 * How the vision tower of Llama 3.2 Vision begins: patches, a row for each tile's class, and tables that say where in a tile
 * and in the picture they are. Every table but one is gated.
 */
import { GraphBuilder, type Value } from "../../../graph/graph.ts";
import { add, multiply, subtract } from "../../../graph/operations/elementwise.ts";
import { layerNorm } from "../../../graph/operations/normalise.ts";
import { gatherFirst, reshape } from "../../../graph/operations/structure.ts";
import { times } from "../../../graph/shape.ts";
import type { FrameBatch, MatrixFormat, WeightSlot } from "../definition.ts";
import { pair } from "../shared/encoder/layer-spec.ts";
import { mixedPrecision } from "../shared/mixed-precision.ts";
import { tilings } from "./canvas.ts";
import type { TiledVisionConfig } from "./config.ts";
import { gateSlot } from "./preparations.ts";
import { tileRows } from "./tiles.ts";

/** Of the tower's tensors. */
export const TOWER = "vision_model";

/** Of the norms outside the layers, which take torch's own whatever config.json says. */
export const OUTER_EPSILON = 1e-5;

/** Feed of a frame: which of the tilings in config.json it has, counted from 1. */
export const TILING = "aspect_ratio_id";

const POSITIONS = `${TOWER}.gated_positional_embedding`;

/** Rows of a table that has one for each tiling; the first is for no picture. */
function tableRows(tiles: number): number {
  return tilings(tiles).length + 1;
}

/** Slots of a gated table with a row for each tiling, which holds `width` numbers for each tile. */
export function tilingSlots(
  input: string,
  stem: string,
  { tiles, hiddenSize }: Pick<TiledVisionConfig, "tiles" | "hiddenSize">,
): WeightSlot[] {
  return [
    { input, tensor: `${stem}.embedding.weight`, shape: [tableRows(tiles), tiles * hiddenSize] },
    gateSlot(`${input}_gate`, `${stem}.gate`),
  ];
}

/** The row of a table for each frame's tiling, [batch, tiles, rows, width]; `shape` has the last three. */
export function rowOfTiling(
  builder: GraphBuilder,
  table: Value,
  tiling: Value,
  batch: number | string,
  shape: readonly [number, number, number],
): Value {
  return reshape(builder, gatherFirst(builder, table, tiling), [batch, ...shape]);
}

export function embeddingSlots(config: TiledVisionConfig): WeightSlot[] {
  const { hiddenSize: width, channels, patchSize, tiles } = config;
  const { real } = tileRows(config);
  return [
    {
      input: "patch",
      tensor: `${TOWER}.patch_embedding.weight`,
      shape: [width, channels, patchSize, patchSize],
      graphShape: [width, channels * patchSize ** 2],
    },
    { input: "class_row", tensor: `${TOWER}.class_embedding`, shape: [width] },
    ...tilingSlots("before", `${TOWER}.pre_tile_positional_embedding`, config),
    { input: "positions", tensor: `${POSITIONS}.embedding`, shape: [real, width] },
    {
      input: "tile_positions",
      tensor: `${POSITIONS}.tile_embedding.weight`,
      shape: [tableRows(tiles), tiles * real * width],
    },
    gateSlot("positions_gate", `${POSITIONS}.gate`),
    ...pair("pre_norm", `${TOWER}.layernorm_pre`, [width]),
  ];
}

/** 1 in the rows [begin, end) of a tile, 0 in the others, [rows, 1]. */
function rowsFrom(builder: GraphBuilder, rows: number, begin: number, end: number): Value {
  return builder.constant(new Float32Array(rows).fill(1, begin, end), [rows, 1]);
}

/** See `VisionDefinition.embed`. The frames' values are zeros in the rows that are no patches. */
export function embeddingGraph(config: TiledVisionConfig, { batch, precision = "float32" }: FrameBatch & MatrixFormat) {
  const { hiddenSize: width, channels, patchSize, tiles } = config;
  const { real, all, frame } = tileRows(config);
  const builder = new GraphBuilder(`vision embedding, batch ${batch}`);
  const { single, project } = mixedPrecision(builder, precision);
  const pixels = builder.input("patches", [times(batch, frame), channels * patchSize ** 2]);
  const tiling = builder.input(TILING, [batch], "int32");
  const weight = (name: string, shape: readonly number[]) =>
    builder.input(name, shape, shape.length > 1 ? precision : "float32");
  const table = (name: string, numbers: number) => single(weight(name, [tableRows(tiles), numbers]));
  const projected = single(project(pixels, weight("patch", [width, channels * patchSize ** 2])));
  const rows = reshape(builder, projected, [batch, tiles, all, width]);
  const [first, rest] = builder.emitMany(
    "Split",
    [rows, builder.constant(BigInt64Array.of(BigInt(real), BigInt(all - real)), [2])],
    [{ shape: [batch, tiles, real, width] }, { shape: [batch, tiles, all - real, width] }],
    { attributes: { axis: 2 } },
  ) as [Value, Value];

  const multiplied = (x: Value, y: Value) => multiply(builder, x, y);
  const before = rowOfTiling(builder, table("before", tiles * width), tiling, batch, [tiles, 1, width]);
  const beforeGate = multiplied(rowsFrom(builder, real, 1, real), weight("before_gate", [1]));
  const classRow = multiplied(rowsFrom(builder, real, 0, 1), weight("class_row", [width]));
  const gate = weight("positions_gate", [1]);
  const positions = multiplied(single(weight("positions", [real, width])), subtract(builder, builder.scalar(1), gate));
  const ofTiling = rowOfTiling(builder, table("tile_positions", tiles * real * width), tiling, batch, [
    tiles,
    real,
    width,
  ]);
  const summed = [multiplied(before, beforeGate), classRow, positions, multiplied(ofTiling, gate)].reduce(
    (sum, part) => add(builder, sum, part),
    first,
  );
  const normalised = layerNorm(
    builder,
    summed,
    weight("pre_norm", [width]),
    weight("pre_norm_bias", [width]),
    OUTER_EPSILON,
  );
  const padded = builder.emit("Concat", [normalised, rest], [batch, tiles, all, width], { attributes: { axis: 2 } });
  builder.output("hidden_out", reshape(builder, padded, [times(batch, frame), width]));
  return builder.build();
}
