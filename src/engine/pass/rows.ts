/**
 * Matrices that exist in parts, because a batch went through a graph in groups: which samples are in which part, and
 * joining or adding the parts where something needs all of them.
 */
import { invariant } from "../../core/errors.ts";
import { type Graph, GraphBuilder, type Value } from "../../graph/graph.ts";
import { add } from "../../graph/operations/elementwise.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";

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

/** `a` and `b` [rows, width] → `sum`. */
export function sumGraph(): Graph {
  const builder = new GraphBuilder("sum");
  builder.output("sum", add(builder, builder.input("a", ["R", "W"]), builder.input("b", ["R", "W"])));
  return builder.build();
}

async function joinFew(model: Model, parts: readonly Tensor[]): Promise<Tensor> {
  const program = await model.programs.get(joinGraph, { parts: parts.length });
  return output(
    await model.backend.run(program, Object.fromEntries(parts.map((tensor, part) => [`part.${part}`, tensor]))),
    "joined",
  );
}

/** The rows of all `parts`, one after another. Takes ownership of the parts; a single one is the result itself. */
export async function joinRows(model: Model, parts: readonly Tensor[]): Promise<Tensor> {
  let level = [...parts];
  const owned = new Set(level);
  try {
    while (level.length > 1) {
      const next: Tensor[] = [];
      for (const { first, end } of stretches(level.length, JOINED_AT_ONCE)) {
        const few = level.slice(first, end);
        const [only] = few;
        if (few.length === 1 && only) {
          next.push(only);
          continue;
        }
        const joined = await joinFew(model, few);
        owned.add(joined);
        next.push(joined);
        for (const part of few) owned.delete(part);
        model.backend.release(...few);
      }
      level = next;
    }
  } catch (error) {
    model.backend.release(...owned);
    throw error;
  }
  const [joined] = level;
  invariant(joined, "There is nothing to join.");
  return joined;
}

/** Calls `use` with all `parts` in one matrix; the parts stay the caller's. */
export async function withJoined<Result>(
  model: Model,
  parts: readonly Tensor[],
  use: (joined: Tensor) => Promise<Result>,
): Promise<Result> {
  const [only] = parts;
  if (parts.length === 1 && only) return use(only);
  // The first level is joined here, so that the caller's parts are not taken.
  const joined: Tensor[] = [];
  let whole: Tensor | null = null;
  try {
    for (const { first, end } of stretches(parts.length, JOINED_AT_ONCE)) {
      joined.push(await joinFew(model, parts.slice(first, end)));
    }
    whole = await joinRows(model, joined.splice(0));
    return await use(whole);
  } finally {
    model.backend.release(...joined, ...(whole ? [whole] : []));
  }
}

/** a + b of two matrices of one shape. Takes ownership of both. */
export async function addMatrices(model: Model, a: Tensor, b: Tensor): Promise<Tensor> {
  try {
    return output(await model.backend.run(await model.programs.get(sumGraph, {}), { a, b }), "sum");
  } finally {
    model.backend.release(a, b);
  }
}
