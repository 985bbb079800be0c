import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/graph.ts";
import { add } from "../../graph/operations/elementwise.ts";
import { output } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { createFaultyBackend } from "../testing/faulty-backend.ts";
import { openScope, releasable } from "./scope.ts";

function sumGraph() {
  const builder = new GraphBuilder("sum");
  builder.output("sum", add(builder, builder.input("a", ["N"]), builder.input("b", ["N"])));
  return builder.build();
}

describe("a tensor scope", () => {
  const watched = createFaultyBackend(createNodeBackend({ threads: 1 }));
  const { backend } = watched;
  const numbers = () => Float32Array.of(1, 2);
  const expectNothing = () => {
    expect(watched.alive()).toBe(0);
    expect(watched.mistakes).toEqual([]);
  };

  it("releases what it made when its block ends, also when that fails", async () => {
    const program = await backend.compile(sumGraph());
    const work = async (fail: boolean) => {
      using scope = openScope(backend);
      const feeds = { a: scope.upload(numbers(), [2]), b: scope.own(backend.upload(numbers(), [2])) };
      scope.uploadLength(7);
      const sum = await backend.read(output(await scope.run(program, feeds), "sum"));
      expect(watched.alive()).toBe(4);
      if (fail) throw new Error("on the way");
      return Array.from(sum);
    };
    expect(await work(false)).toEqual([2, 4]);
    expectNothing();
    await expect(work(true)).rejects.toThrow("on the way");
    expectNothing();
  });

  it("hands out what is given, and nothing else", () => {
    const made = () => {
      using scope = openScope(backend);
      scope.upload(numbers(), [2]);
      return scope.give([scope.upload(numbers(), [2]), scope.upload(numbers(), [1, 2])]);
    };
    const given = made();
    expect(watched.alive()).toBe(2);
    backend.release(...given);
    expectNothing();
  });

  it("releases early, and only what it has", () => {
    using scope = openScope(backend);
    const tensor = scope.upload(numbers(), [2]);
    scope.release(tensor);
    expectNothing();
    expect(() => scope.release(tensor)).toThrow(/not the scope's/);
    expect(() => scope.give(tensor)).toThrow(/not the scope's/);
    expectNothing();
  });

  it("moves what it has to what lives longer", () => {
    const make = () => {
      using scope = openScope(backend, [backend.upload(numbers(), [2])]);
      return releasable(scope.move().close);
    };
    const made = make();
    expect(watched.alive()).toBe(1);
    made.release();
    expectNothing();
    {
      using _ = make();
      expect(watched.alive()).toBe(1);
    }
    expectNothing();
  });

  it("can be used again after it was closed", () => {
    using scope = openScope(backend);
    scope.upload(numbers(), [2]);
    scope.close();
    expectNothing();
    scope.upload(numbers(), [2]);
    scope.close();
    expectNothing();
  });
});
