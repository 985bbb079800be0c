import { describe, expect, it } from "vitest";
import { roundToFloat16 } from "../core/float16.ts";
import { gradients } from "../graph/differentiate.ts";
import { GraphBuilder } from "../graph/graph.ts";
import { add, geluTanh, multiply, scale, silu } from "../graph/operations/elementwise.ts";
import { linear } from "../graph/operations/linear.ts";
import { softmax } from "../graph/operations/normalise.ts";
import { cast, gatherRows, reshape } from "../graph/operations/structure.ts";
import { output } from "./backend.ts";
import { createNodeBackend } from "./cpu/node.ts";

describe("graphs in float16", () => {
  it("keep the type of what goes in, constants included", () => {
    const builder = new GraphBuilder("half");
    const a = builder.input("a", ["R", 4], "float16");
    const index = builder.input("index", ["P"], "int32");
    for (const value of [
      add(builder, a, a),
      scale(builder, a, 0.1),
      silu(builder, a),
      geluTanh(builder, a),
      softmax(builder, a),
      reshape(builder, a, ["R", 2, 2]),
      gatherRows(builder, a, index),
      linear(builder, a, builder.input("weight", [3, 4], "float16")),
    ]) {
      expect(value.type, value.name).toBe("float16");
    }
    const { constants } = builder.build();
    expect(constants.find(({ data }) => data instanceof Uint16Array)?.data).toEqual(
      roundToFloat16(Float32Array.of(0.1)),
    );
    expect(constants.some(({ data }) => data instanceof Float32Array)).toBe(false);
  });

  it("refuse to mix formats", () => {
    const builder = new GraphBuilder("mixed");
    const half = builder.input("half", [2], "float16");
    const single = builder.input("single", [2]);
    expect(() => add(builder, half, single)).toThrow(/Add in graph mixed mixes float32 and float16/);
    expect(add(builder, cast(builder, half, "float32"), single).type).toBe("float32");
    expect(() => cast(builder, builder.input("whole", [2], "int32"), "float16")).toThrow(/not int32/);
  });

  it("cast nothing that has the format already", () => {
    const builder = new GraphBuilder("same");
    const single = builder.input("single", [2]);
    const same = cast(builder, single, "float32");
    expect(same).toBe(single);
    builder.output("twice", add(builder, same, single));
    expect(builder.build().nodes.map(({ operator }) => operator)).toEqual(["Add"]);
  });

  it("cast gradients back", async () => {
    const builder = new GraphBuilder("round");
    const x = builder.input("x", [3]);
    const factor = builder.input("factor", [3], "float16");
    const product = cast(builder, multiply(builder, cast(builder, x, "float16"), factor), "float32");
    builder.output("product", product);
    const [gradient] = gradients(builder, product, builder.input("cotangent", [3]), [x]);
    if (!gradient) throw new Error("There is no gradient.");
    expect(gradient.type).toBe("float32");
    builder.output("gradient", gradient);
    const backend = createNodeBackend();
    const feeds = {
      x: backend.upload(Float32Array.of(1.0001, 0.1, 70_000), [3]),
      factor: backend.upload(roundToFloat16(Float32Array.of(1, 2, 1)), [3]),
      cotangent: backend.upload(Float32Array.of(1, 1, 0.5), [3]),
    };
    const outputs = await backend.run(await backend.compile(builder.build()), feeds);
    expect(Array.from(await backend.read(output(outputs, "gradient")))).toEqual([1, 2, 0.5]);
    await backend.dispose();
  });
});
