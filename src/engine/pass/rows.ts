/**
 * Matrices that exist in parts, because a batch went through a graph in groups: which samples are in which part, and
 * joining or adding the parts where something needs all of them.
 */
import { invariant } from "../../core/errors.ts";
import { type Graph, GraphBuilder, type Value } from "../../graph/graph.ts";
import { add, multiply } from "../../graph/operations/elementwise.ts";
import { gatherRows } from "../../graph/operations/structure.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";
import { openScope, type TensorScope } from "./scope.ts";

/** Consecutive samples of a batch, or logits rows, that go through a graph together. */
export interface Group {
  readonly first: number;
  /** First one after the group. */
  readonly end: number;
}

/** Groups of the given sizes, one after another. */
export function groupsOf(sizes: readonly number[]): readonly Group[] {
  let end = 0;
  return sizes.map((size) => {
    const first = end;
    end += size;
    return { first, end };
  });
}

/** Cuts `count` things into groups of at most `limit`, all but the last one full. */
export function stretches(count: number, limit: number): readonly Group[] {
  return Array.from({ length: Math.ceil(count / limit) }, (_, index) => ({
    first: index * limit,
    end: Math.min(count, (index + 1) * limit),
  }));
}

/** Matrices that one graph joins: a GPU binds only a few buffers at once. */
const JOINED_AT_ONCE = 4;

/** `part.0…` [rows, width] → `joined`. */
export function joinGraph({ parts }: { readonly parts: number }): Graph {
  const builder = new GraphBuilder(`join ${parts}`);
  const inputs: Value[] = Array.from({ length: parts }, (_, part) => builder.input(`part.${part}`, [`R${part}`, "W"]));
  builder.output("joined", builder.emit("Concat", inputs, ["R", "W"], { attributes: { axis: 0 } }));
  return builder.build();
}

/** `matrix` [rows, width], `index` int32 [picked] → `picked` [picked, width]. */
export function pickGraph(): Graph {
  const builder = new GraphBuilder("pick rows");
  const matrix = builder.input("matrix", ["R", "W"]);
  const index = builder.input("index", ["P"], "int32");
  builder.output("picked", gatherRows(builder, matrix, index));
  return builder.build();
}

/** `a` and `b` [rows, width] → `sum`. */
export function sumGraph(): Graph {
  const builder = new GraphBuilder("sum");
  builder.output("sum", add(builder, builder.input("a", ["R", "W"]), builder.input("b", ["R", "W"])));
  return builder.build();
}

/**
 * The rows of all `parts`, one after another. The parts stay whose they are; a single one is the result itself, otherwise the
 * result is the scope's.
 */
export async function joinRows(scope: TensorScope, { programs }: Model, parts: readonly Tensor[]): Promise<Tensor> {
  const given = new Set(parts);
  let level = parts;
  while (level.length > 1) {
    const next: Tensor[] = [];
    for (const { first, end } of stretches(level.length, JOINED_AT_ONCE)) {
      const few = level.slice(first, end);
      const [only] = few;
      if (few.length === 1 && only) {
        next.push(only);
        continue;
      }
      const program = await programs.get(joinGraph, { parts: few.length });
      const feeds = Object.fromEntries(few.map((tensor, part) => [`part.${part}`, tensor]));
      next.push(output(await scope.run(program, feeds), "joined"));
      scope.release(...few.filter((tensor) => !given.has(tensor)));
    }
    level = next;
  }
  const [joined] = level;
  invariant(joined, "There is nothing to join.");
  return joined;
}

/** The rows `index` of `matrix`, which stays whose it is; the result is the scope's. */
export async function pickRows(
  scope: TensorScope,
  { programs }: Model,
  matrix: Tensor,
  index: Int32Array,
): Promise<Tensor> {
  using turn = openScope(scope.backend);
  const feeds = { matrix, index: turn.upload(index, [index.length]) };
  return scope.own(turn.give(output(await turn.run(await programs.get(pickGraph, {}), feeds), "picked")));
}

/** For every row the row of another matrix, -1 for none; null where it is none for all of them. */
export type PickedRows = Int32Array | null;

/** `matrix` [rows, width], `index` int32 [picked], `kept` [picked, 1] → `picked` [picked, width], rows times `kept`. */
export function pickPaddedGraph(): Graph {
  const builder = new GraphBuilder("pick padded rows");
  builder.output("picked", emitPadded(builder, builder.input("matrix", ["M", "W"])));
  return builder.build();
}

function emitPadded(builder: GraphBuilder, matrix: Value): Value {
  const index = builder.input("index", ["P"], "int32");
  return multiply(builder, gatherRows(builder, matrix, index), builder.input("kept", ["P", 1]));
}

/** `hidden` [picked, width] and the inputs of `pickPaddedGraph` → `sum`. */
export function addPickedGraph(): Graph {
  const builder = new GraphBuilder("add picked rows");
  const hidden = builder.input("hidden", ["P", "W"]);
  builder.output("sum", add(builder, hidden, emitPadded(builder, builder.input("matrix", ["M", "W"]))));
  return builder.build();
}

function paddedIndex(scope: TensorScope, index: Int32Array) {
  return {
    index: scope.upload(
      index.map((row) => Math.max(0, row)),
      [index.length],
    ),
    kept: scope.upload(
      Float32Array.from(index, (row) => Number(row >= 0)),
      [index.length, 1],
    ),
  };
}

/** The rows `index` of `matrix`, zeros for -1. The matrix stays whose it is; the result is the scope's. */
export async function pickPaddedRows(
  scope: TensorScope,
  { programs }: Model,
  matrix: Tensor,
  index: Int32Array,
): Promise<Tensor> {
  using turn = openScope(scope.backend);
  const feeds = { matrix, ...paddedIndex(turn, index) };
  return scope.own(turn.give(output(await turn.run(await programs.get(pickPaddedGraph, {}), feeds), "picked")));
}

/** `hidden` with the rows `index` of `added` on top, none for -1. Both stay whose they are; the result is the scope's. */
export async function addPickedRows(
  scope: TensorScope,
  { programs }: Model,
  { hidden, added, index }: { readonly hidden: Tensor; readonly added: Tensor; readonly index: Int32Array },
): Promise<Tensor> {
  using turn = openScope(scope.backend);
  const feeds = { hidden, matrix: added, ...paddedIndex(turn, index) };
  return scope.own(turn.give(output(await turn.run(await programs.get(addPickedGraph, {}), feeds), "sum")));
}

/** a + b of two matrices of one shape, which are the scope's and are released; so is the sum the scope's. */
export async function addMatrices(scope: TensorScope, { programs }: Model, a: Tensor, b: Tensor): Promise<Tensor> {
  const sum = output(await scope.run(await programs.get(sumGraph, {}), { a, b }), "sum");
  scope.release(a, b);
  return sum;
}
