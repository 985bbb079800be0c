import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { type Graph, GraphBuilder } from "./graph.ts";
import { type FileWeight, modelFile } from "./model-file.ts";

function productGraph(): Graph {
  const builder = new GraphBuilder("product");
  const x = builder.input("x", ["N", 3]);
  const weight = builder.input("weight", [2, 3]);
  const bias = builder.input("bias", [2]);
  builder.output("y", builder.emit("Gemm", [x, weight, bias], ["N", 2], { attributes: { transB: 1 } }));
  return builder.build();
}

/** The whole file, weight i filled with bytes of value i + 1. */
function write(graph: Graph, weights: readonly FileWeight[]): Uint8Array {
  const { pieces, bytes } = modelFile(graph, weights);
  const parts = pieces.flatMap((piece, index) => [piece, new Uint8Array(weights[index]?.bytes ?? 0).fill(index + 1)]);
  const file = Uint8Array.from(parts.flatMap((part) => [...part]));
  expect(file.length).toBe(bytes);
  return file;
}

describe("a model file with weights", () => {
  const weights: readonly FileWeight[] = [
    { name: "bias", type: "float32", dims: [2], bytes: 8 },
    // Longer than a length of one byte and of two says.
    { name: "weight", type: "float32", dims: [2, 3000], bytes: 24_000 },
  ];

  it("has them as constants of one graph, in the order that is asked for", () => {
    const { graph } = fromBinary(ModelProtoSchema, write(productGraph(), weights));
    expect(graph?.input.map(({ name }) => name)).toEqual(["x"]);
    expect(graph?.node.map(({ opType }) => opType)).toEqual(["Gemm"]);
    expect(graph?.initializer.map(({ name, dims }) => ({ name, dims }))).toEqual([
      { name: "bias", dims: [2n] },
      { name: "weight", dims: [2n, 3000n] },
    ]);
    expect(graph?.initializer.map(({ rawData }) => [rawData.length, rawData[0], rawData.at(-1)])).toEqual([
      [8, 1, 1],
      [24_000, 2, 2],
    ]);
  });

  it("says the operator sets behind the graph", () => {
    const { opsetImport } = fromBinary(ModelProtoSchema, write(productGraph(), weights));
    expect(opsetImport.map(({ domain }) => domain)).toEqual(["", "com.microsoft"]);
  });

  it("is the plain file without any", () => {
    const { graph } = fromBinary(ModelProtoSchema, write(productGraph(), []));
    expect(graph?.input.map(({ name }) => name)).toEqual(["x", "weight", "bias"]);
  });

  it("refuses a weight that the graph has no place for", () => {
    const other = { name: "other", type: "float32", dims: [1], bytes: 4 } as const;
    expect(() => modelFile(productGraph(), [other])).toThrow(/product/);
  });
});
