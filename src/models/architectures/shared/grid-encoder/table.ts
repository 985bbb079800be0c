/**
 * Learnt positions of a square of patches, stretched over a picture of any size: corners keep to corners, and a patch takes
 * what lies between the four nearest rows of the table (transformers, `get_vision_interpolation_indices_and_weights`). Which
 * these are and how much of each depends on where the patch lies, so that a frame brings both along.
 */
import type { GraphBuilder, Value } from "../../../../graph/graph.ts";
import { add } from "../../../../graph/operations/elementwise.ts";
import { cast } from "../../../../graph/operations/structure.ts";
import type { Precision } from "../../../../graph/precision.ts";
import type { Frame, FrameFeed, FrameGrid } from "../../../pictures.ts";
import { patchPlaces } from "../pictures/cut-patches.ts";

/** Rows of the table that a patch takes something of. */
const TAPS = 4;

/** The two nearest of `side` places to place `index` of `count`, and how much of each. */
function nearest(index: number, count: number, side: number): readonly (readonly [place: number, share: number])[] {
  // transformers counts in float32; so does this.
  const at = Math.fround(Math.fround(index * (side - 1)) / Math.max(count - 1, 1));
  const below = Math.floor(at);
  const rest = Math.fround(at - below);
  return [
    [below, Math.fround(1 - rest)],
    [Math.min(below + 1, side - 1), rest],
  ];
}

/** Inputs of the embedding for a picture of `grid` patches, see `Frame.feeds`. */
export function tableFeeds(grid: FrameGrid, mergeSize: number, side: number): Readonly<Record<string, FrameFeed>> {
  const rows = Array.from({ length: grid.rows }, (_, row) => nearest(row, grid.rows, side));
  const columns = Array.from({ length: grid.columns }, (_, column) => nearest(column, grid.columns, side));
  const taps = patchPlaces(grid.rows, grid.columns, mergeSize).flatMap(({ row, column }) =>
    (rows[row] ?? []).flatMap(([top, high]) =>
      (columns[column] ?? []).map(([left, wide]) => [top * side + left, high * wide] as const),
    ),
  );
  const shape = [grid.rows * grid.columns, TAPS];
  return {
    table_rows: { shape, ofPatches: true, values: Int32Array.from(taps, ([place]) => place) },
    table_shares: { shape, ofPatches: true, values: Float32Array.from(taps, ([, share]) => share) },
  };
}

/** `frame` with what its embedding takes of the table. */
export function withTable(frame: Frame, mergeSize: number, side: number): Frame {
  return { ...frame, feeds: { ...frame.feeds, ...tableFeeds(frame.grid, mergeSize, side) } };
}

/** Adds each patch's position to `patches` [rows, width]; declares the table and what frames bring along as inputs. */
export function addTable(builder: GraphBuilder, patches: Value, side: number, precision: Precision): Value {
  const [rows = "R", width = "W"] = patches.shape;
  const table = cast(builder, builder.input("positions", [side ** 2, width], precision), "float32");
  const taken = builder.input("table_rows", [rows, TAPS], "int32");
  const shares = builder.input("table_shares", [rows, TAPS]);
  const near = builder.emit("Gather", [table, taken], [rows, TAPS, width], { attributes: { axis: 0 } });
  const column = builder.emit("Unsqueeze", [shares, builder.axes([2])], [rows, TAPS, 1]);
  const shared = builder.emit("Mul", [near, column], [rows, TAPS, width]);
  const position = builder.emit("ReduceSum", [shared, builder.axes([1])], [rows, width], {
    attributes: { keepdims: 0 },
  });
  return add(builder, patches, position);
}
