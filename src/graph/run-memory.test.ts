import { describe, expect, it } from "vitest";
import { GraphBuilder } from "./graph.ts";
import { add, multiply } from "./operations/elementwise.ts";
import { linear } from "./operations/linear.ts";
import { concatenate, reshape } from "./operations/structure.ts";
import { constantBytes, runMemory } from "./run-memory.ts";

describe("runMemory", () => {
  it("counts what lives at the worst moment", () => {
    const builder = new GraphBuilder("chain");
    const x = builder.input("x", ["2*T", 3]);
    const wide = linear(builder, x, builder.input("up", [10, 3]));
    const again = multiply(builder, wide, wide);
    const back = linear(builder, again, builder.input("down", [3, 10]));
    builder.output("y", add(builder, back, x));
    const feeds = { x: [8, 3], up: [10, 3], down: [3, 10] };
    const { outputs, bytes } = runMemory(builder.build(), feeds);
    expect(outputs.map(({ port, dims }) => [port.name, dims])).toEqual([["y", [8, 3]]]);
    // The product and its square, 8 × 10 each.
    expect(bytes).toBe(4 * 2 * 80);
  });

  it("counts views once, half precision half, and outputs until the end", () => {
    const builder = new GraphBuilder("views");
    const x = builder.input("x", ["T", 6], "float16");
    const sum = add(builder, x, x);
    builder.output("sum", sum);
    const viewed = reshape(builder, add(builder, sum, sum), ["T", 2, 3]);
    builder.output("product", multiply(builder, viewed, viewed));
    expect(runMemory(builder.build(), { x: [5, 6] }).bytes).toBe(2 * 3 * 30);
    // What is written into a place that is there already takes nothing.
    expect(runMemory(builder.build(), { x: [5, 6] }, { sum: [5, 6] }).bytes).toBe(2 * 2 * 30);
  });

  it("finds lengths that are joined", () => {
    const builder = new GraphBuilder("joined");
    const joined = concatenate(builder, builder.input("past", ["P", 2]), builder.input("new", ["T", 2]), 0, "S");
    builder.output("all", add(builder, joined, builder.scalar(1)));
    const graph = builder.build();
    expect(runMemory(graph, { past: [7, 2], new: [1, 2] }).outputs[0]?.dims).toEqual([8, 2]);
    expect(constantBytes(graph)).toBe(4);
  });

  it("refuses sizes that do not fit, and lengths that nothing tells", () => {
    const builder = new GraphBuilder("odd");
    const x = builder.input("x", ["2*T", 3]);
    builder.output("y", builder.emit("Unheard", [x], ["2*T", "N"]));
    const graph = builder.build();
    expect(() => runMemory(graph, { x: [5, 3] })).toThrow(
      /There is \[5, 3\] for "x" of graph odd, which is \[2\*T, 3\]/,
    );
    expect(() => runMemory(graph, { x: [4, 2] })).toThrow(/\[4, 2\] for "x"/);
    expect(() => runMemory(graph, { x: [4, 3] })).toThrow(/The length N of graph odd follows from nothing that is fed/);
  });
});
