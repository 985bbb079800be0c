import { describe, expect, it } from "vitest";
import { type Graph, GraphBuilder } from "../../graph/graph.ts";
import type { Feeds, Program } from "../../runtime/backend.ts";
import { createPrograms, optionsKey } from "./programs.ts";

/** A backend that counts what it compiles; `fails` makes the next compilation fail. */
function countingBackend() {
  const compiled: { readonly name: string; readonly constants: readonly string[] }[] = [];
  const discarded: Program[] = [];
  return {
    compiled,
    discarded,
    fails: false,
    async compile(graph: Graph, constants: Feeds = {}): Promise<Program> {
      if (this.fails) throw new Error("no compiler");
      compiled.push({ name: graph.name, constants: Object.keys(constants) });
      return { name: graph.name } as unknown as Program;
    },
    async discard(program: Program) {
      discarded.push(program);
    },
  };
}

interface Options {
  readonly batch: number;
  readonly precision?: "float32" | "float16" | undefined;
  readonly losses?: readonly string[];
}

const layer = ({ batch }: Options): Graph => new GraphBuilder(`layer ${batch}`).build();
const head = ({ batch }: Options): Graph => new GraphBuilder(`head ${batch}`).build();

describe("programs", () => {
  it("are compiled once for one function and equal options, in whatever order they are named", async () => {
    const backend = countingBackend();
    const programs = createPrograms(backend);
    const first = await programs.get(layer, { batch: 2, precision: "float16" });
    expect(await programs.get(layer, { precision: "float16", batch: 2 })).toBe(first);
    expect(backend.compiled).toHaveLength(1);
  });

  it("are told apart by every option and by the function", async () => {
    const backend = countingBackend();
    const programs = createPrograms(backend);
    const options: Options[] = [
      { batch: 1 },
      { batch: 2 },
      { batch: 1, precision: "float16" },
      { batch: 1, losses: ["a", "b"] },
      { batch: 1, losses: ["b", "a"] },
    ];
    for (const each of options) await programs.get(layer, each);
    await programs.get(head, { batch: 1 });
    expect(backend.compiled).toHaveLength(6);
  });

  it("share one compilation that is under way, and forget one that failed", async () => {
    const backend = countingBackend();
    const programs = createPrograms(backend);
    const [left, right] = await Promise.all([programs.get(layer, { batch: 1 }), programs.get(layer, { batch: 1 })]);
    expect(left).toBe(right);
    backend.fails = true;
    await expect(programs.get(layer, { batch: 9 })).rejects.toThrow("no compiler");
    expect(programs.holds(head)).toBe(false);
    backend.fails = false;
    await programs.get(layer, { batch: 9 });
    expect(backend.compiled.map(({ name }) => name)).toEqual(["layer 1", "layer 9"]);
  });

  it("give back those of one function, or all", async () => {
    const backend = countingBackend();
    const programs = createPrograms(backend);
    const first = await programs.getHolding(layer, { batch: 1 }, () => ({ weight: {} as never }));
    const other = await programs.get(head, { batch: 1 });
    expect(backend.compiled[0]?.constants).toEqual(["weight"]);
    await programs.discard(layer);
    expect(backend.discarded).toEqual([first]);
    expect([programs.holds(layer), programs.holds(head)]).toEqual([false, true]);
    await programs.discard();
    expect(backend.discarded).toEqual([first, other]);
    await programs.get(layer, { batch: 1 });
    expect(backend.compiled).toHaveLength(3);
  });
});

describe("the key of options", () => {
  it("leaves out what is undefined and keeps the order of lists", () => {
    expect(optionsKey({ b: 1, a: undefined, c: { y: [2, 1], x: 0 } })).toBe('{"b":1,"c":{"x":0,"y":[2,1]}}');
  });
});
