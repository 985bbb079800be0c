import { describe, expect, it } from "vitest";
import { chained, renamed, withoutFactors, withSymbols } from "./compose.ts";
import { ABSENT, type Graph, GraphBuilder } from "./graph.ts";
import { add, multiply } from "./operations/elementwise.ts";

/** y = (x · mask) + weight; `cast`: by way of a cast of the mask. */
function masked({ cast = false }: { readonly cast?: boolean } = {}): Graph {
  const builder = new GraphBuilder("masked");
  const x = builder.input("x", ["N", 2]);
  const mask = builder.input("mask", [2]);
  const factor = cast ? builder.emit("Cast", [mask], [2], { attributes: { to: 1 } }) : mask;
  builder.output("y", add(builder, multiply(builder, x, factor), builder.input("weight", [2])));
  return builder.build();
}

describe("names", () => {
  it("change everywhere, but for an input that is not given", () => {
    const builder = new GraphBuilder("clip");
    const limit = builder.scalar(1);
    builder.output("y", builder.emit("Clip", [builder.input("x", ["N"]), ABSENT, limit], ["N"]));
    const other = renamed(builder.build(), (name) => `layer/${name}`);
    expect(other.inputs.map(({ name }) => name)).toEqual(["layer/x"]);
    expect(other.outputs.map(({ name }) => name)).toEqual(["layer/y"]);
    expect(other.nodes[0]?.inputs).toEqual(["layer/x", "", other.constants[0]?.name]);
  });

  it("of open dimensions change at the ports", () => {
    const { inputs, outputs } = withSymbols(masked(), { N: "batch_size" });
    expect(inputs.map(({ shape }) => shape)).toEqual([["batch_size", 2], [2], [2]]);
    expect(outputs[0]?.shape).toEqual(["batch_size", 2]);
  });
});

describe("factors", () => {
  it.each([false, true])("go, and what they are multiplied with stays; cast: %s", (cast) => {
    const { inputs, nodes } = withoutFactors(masked({ cast }), (name) => name === "mask");
    expect(inputs.map(({ name }) => name)).toEqual(["x", "weight"]);
    expect(nodes.map(({ operator, inputs: from }) => [operator, ...from])).toEqual([["Add", "x", "weight"]]);
  });

  it("that stand one behind the other all go", () => {
    const builder = new GraphBuilder("twice");
    const [x, a, b] = ["x", "a", "b"].map((name) => builder.input(name, [2])) as [never, never, never];
    builder.output("y", builder.emit("Neg", [multiply(builder, multiply(builder, x, a), b)], [2]));
    const { nodes } = withoutFactors(builder.build(), (name) => name === "a" || name === "b");
    expect(nodes.map(({ operator, inputs }) => [operator, ...inputs])).toEqual([["Neg", "x"]]);
  });

  it("stay where the graph would not be the same without", () => {
    expect(() => withoutFactors(masked(), (name) => name === "weight")).toThrow(/Add of graph masked/);
    const builder = new GraphBuilder("bare");
    builder.output("y", multiply(builder, builder.input("x", [2]), builder.input("mask", [2])));
    expect(() => withoutFactors(builder.build(), (name) => name === "mask")).toThrow(/Mul of graph bare/);
  });
});

describe("a chain", () => {
  const part = (from: string, to: string) => {
    const names: Record<string, string> = { x: from, y: to };
    return renamed(masked(), (name) => names[name] ?? `${to}/${name}`);
  };

  it("hands on what a graph gives out, and asks for the rest", () => {
    const whole = chained("whole", [part("x", "middle"), part("middle", "y")]);
    expect(whole.inputs.map(({ name }) => name)).toEqual(["x", "middle/mask", "middle/weight", "y/mask", "y/weight"]);
    expect(whole.outputs.map(({ name }) => name)).toEqual(["y"]);
    expect(whole.nodes).toHaveLength(4);
  });

  it("is refused where two graphs call something the same", () => {
    expect(() => chained("whole", [part("x", "y"), part("x", "y")])).toThrow(/Two graphs of whole/);
  });
});
