import { expect, it } from "vitest";
import { GraphBuilder } from "./graph.ts";
import { add } from "./operations/elementwise.ts";

it("refuses a graph that leaves an input out, as one does where a bias is forgotten", () => {
  const builder = new GraphBuilder("forgetful");
  const [x, weight] = [builder.input("x", [2]), builder.input("weight", [2])];
  builder.input("weight_bias", [2]);
  builder.output("y", add(builder, x, weight));
  expect(() => builder.build()).toThrow(/forgetful does not read its inputs weight_bias/);
});
