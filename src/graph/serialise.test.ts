/** What is written is read back with ONNX's own schema (package onnx-buf), which the product does not carry. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type ValueInfoProto,
} from "onnx-buf";
import { describe, expect, it } from "vitest";
import { visionDefinition } from "../models/architectures/idefics3/vision.ts";
import { decoderDefinition } from "../models/architectures/shared/decoder/decoder.ts";
import type { AttributeValue, ConstantData, ElementType, Graph, GraphConstant, GraphPort } from "./graph.ts";
import { serialiseGraph } from "./serialise.ts";

const TYPES = new Map<number, ElementType>([
  [TensorProto_DataType.FLOAT, "float32"],
  [TensorProto_DataType.INT32, "int32"],
  [TensorProto_DataType.INT64, "int64"],
  [TensorProto_DataType.BOOL, "bool"],
  [TensorProto_DataType.FLOAT16, "float16"],
]);

function elementType(dataType: number): ElementType {
  const type = TYPES.get(dataType);
  if (type === undefined) throw new Error(`Data type ${dataType} is none of the graph's.`);
  return type;
}

function readPort({ name, type }: ValueInfoProto): GraphPort {
  if (type?.value.case !== "tensorType") throw new Error(`Port ${name} is no tensor.`);
  const tensor = type.value.value;
  if (!tensor.shape) throw new Error(`Port ${name} has no shape.`);
  const shape = tensor.shape.dim.map(({ value }) => {
    if (value.case === undefined) throw new Error(`Port ${name} has an empty dimension.`);
    return value.case === "dimValue" ? Number(value.value) : value.value;
  });
  return { name, shape, type: elementType(tensor.elemType) };
}

function readConstant({ name, dims, dataType, rawData }: TensorProto): GraphConstant {
  // A copy: a typed array's start must be aligned.
  const buffer = Uint8Array.from(rawData).buffer;
  const read: Partial<Record<ElementType, () => ConstantData>> = {
    float32: () => new Float32Array(buffer),
    float16: () => new Uint16Array(buffer),
    int32: () => new Int32Array(buffer),
    int64: () => new BigInt64Array(buffer),
  };
  const data = read[elementType(dataType)]?.();
  if (!data) throw new Error(`Constant ${name} has a type that no constant has.`);
  return { name, dims: dims.map(Number), data };
}

function readAttribute({ name, type, i, f, s, ints }: AttributeProto): [string, AttributeValue] {
  if (type === AttributeProto_AttributeType.INT) return [name, Number(i)];
  if (type === AttributeProto_AttributeType.FLOAT) return [name, { float: f }];
  if (type === AttributeProto_AttributeType.STRING) return [name, new TextDecoder("utf-8", { fatal: true }).decode(s)];
  if (type === AttributeProto_AttributeType.INTS) return [name, ints.map(Number)];
  throw new Error(`Attribute ${name} has type ${type}, which no graph has.`);
}

/** The graph that a model file holds, and what stands around it. */
function readModel(bytes: Uint8Array): { readonly model: ModelProto; readonly graph: Graph } {
  const model = fromBinary(ModelProtoSchema, bytes);
  if (!model.graph) throw new Error("The model has no graph.");
  const { name, input, output, initializer, node } = model.graph;
  return {
    model,
    graph: {
      name,
      inputs: input.map(readPort),
      outputs: output.map(readPort),
      constants: initializer.map(readConstant),
      nodes: node.map((one) => ({
        operator: one.opType,
        domain: one.domain,
        inputs: one.input,
        outputs: one.output,
        attributes: Object.fromEntries(one.attribute.map(readAttribute)),
      })),
    },
  };
}

/** Reads `graph` back and expects nothing lost, nothing added, and the very bytes that the schema's own writer makes. */
function expectRoundTrip(graph: Graph): void {
  const bytes = serialiseGraph(graph);
  const read = readModel(bytes);
  // Shapes of what nodes give are not in the file.
  const { values: _, ...written } = graph;
  expect(read.graph).toEqual(written);
  expect(read.model.$unknown ?? []).toEqual([]);
  expect(toBinary(ModelProtoSchema, read.model)).toEqual(bytes);
}

const empty: Graph = { name: "", inputs: [], outputs: [], constants: [], nodes: [] };

describe("an ONNX file", () => {
  it("says who wrote it and which operators it uses", () => {
    const { model } = readModel(serialiseGraph(empty));
    expect(model.irVersion).toBe(10n);
    expect(model.producerName).toBe("pivotscope");
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ["", 21n],
      ["com.microsoft", 1n],
    ]);
  });

  it("holds every kind of attribute, also empty, large, negative and in other scripts", () => {
    const attributes = {
      one: 1,
      zero: 0,
      negative: -1,
      large: 2 ** 53 - 1,
      smallest: -(2 ** 63),
      half: { float: 0.5 },
      rounded: { float: Math.fround(1e-5) },
      unbounded: { float: -Infinity },
      undefinedNumber: { float: Number.NaN },
      axes: [0, -1, 300, -(2 ** 40)],
      none: [],
      equation: "bhqd,bhkd→bhqk",
      blank: "",
    };
    const node = { operator: "Anything", domain: "com.microsoft", inputs: [], outputs: [], attributes };
    expectRoundTrip({ ...empty, nodes: [node, { ...node, domain: "", attributes: {} }] });
  });

  it("holds constants of every type, of any rank, and views into larger arrays", () => {
    const constants: GraphConstant[] = [
      { name: "scalar", dims: [], data: Float32Array.of(-0.1) },
      { name: "matrix", dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, Infinity) },
      { name: "half", dims: [3], data: Uint16Array.of(0x3c00, 0xfbff, 1) },
      { name: "whole", dims: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
      { name: "wide", dims: [3], data: BigInt64Array.of(-1n, 2n ** 63n - 1n, -(2n ** 63n)) },
      { name: "nothing", dims: [0], data: new BigInt64Array(0) },
      { name: "view", dims: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) },
      { name: "long", dims: [5_000], data: Int32Array.from({ length: 5_000 }, (_, index) => index) },
    ];
    expectRoundTrip({ ...empty, constants });
  });

  it("holds ports of every type with known and named lengths, and names in UTF-8", () => {
    const types: ElementType[] = ["float32", "float16", "int32", "int64", "bool"];
    const inputs = types.map((type) => ({ name: `in ${type}`, shape: [1, "T", 2 ** 31, "2*T", 0], type }));
    const outputs: GraphPort[] = [{ name: "größe 大 🙂", shape: [], type: "float32" }];
    const nodes = [{ operator: "Add", domain: "", inputs: ["", "α"], outputs: ["größe 大 🙂"], attributes: {} }];
    expectRoundTrip({ ...empty, name: "Größe", inputs, outputs, nodes });
  });

  it("names every node by its operator and place", () => {
    const node = { operator: "Relu", domain: "", inputs: ["a"], outputs: ["b"], attributes: {} };
    const { model } = readModel(serialiseGraph({ ...empty, nodes: [node, { ...node, operator: "Exp" }] }));
    expect(model.graph?.node.map(({ name }) => name)).toEqual(["Relu_0", "Exp_1"]);
  });

  it("refuses an attribute that is neither whole nor marked as a float", () => {
    const node = { operator: "Elu", domain: "", inputs: [], outputs: [], attributes: { alpha: 0.5 } };
    expect(() => serialiseGraph({ ...empty, nodes: [node] })).toThrow(/not a whole number: 0.5/);
  });
});

describe("the graphs of the architectures", () => {
  const text = decoderDefinition(
    {
      vocabularySize: 96,
      hiddenSize: 32,
      intermediateSize: 48,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      headSize: 8,
      normEpsilon: 1e-5,
      ropeTheta: 1e4,
      maximumPositions: 256,
      tieWordEmbeddings: false,
    },
    { prefix: "model", head: "lm_head.weight" },
  );
  const vision = visionDefinition({
    vision: {
      hiddenSize: 24,
      intermediateSize: 40,
      layers: 2,
      heads: 3,
      channels: 3,
      imageSize: 32,
      patchSize: 8,
      normEpsilon: 1e-6,
      activation: "gelu_pytorch_tanh",
    },
    scaleFactor: 2,
    imageTokenId: 0,
    text: { hiddenSize: 32 },
  });

  it.each([
    text.backward({ attentionUnits: 2, batch: 2, losses: ["matrices", "columns"] }),
    ...(text.headGradient ? [text.headGradient({ losses: ["likelihood", "probability"] })] : []),
    text.decode({ attentionUnits: 2, batch: 1 }),
    text.decode({ attentionUnits: 2, batch: 2, padded: true, ownPositions: true, compensation: true }),
    text.pickSamples({}),
    vision.embed({ batch: 2 }),
    vision.forward({ attentionUnits: 3, batch: 2, compensation: true }),
    vision.forward({ attentionUnits: 3, batch: 1, precision: "float16" }),
    vision.backward({ attentionUnits: 3, batch: 2, losses: ["matrices", "attributed"] }),
  ])("come back: $name", (graph) => {
    expect(graph.nodes.length).toBeGreaterThan(0);
    const rounded = graph.nodes.map((node) => ({
      ...node,
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([name, value]): [string, AttributeValue] =>
          typeof value === "object" && "float" in value ? [name, { float: Math.fround(value.float) }] : [name, value],
        ),
      ),
    }));
    expectRoundTrip({ ...graph, nodes: rounded });
  });
});

describe("constants outside the file", () => {
  it("take the place of inputs, and say where their numbers lie", () => {
    const graph: Graph = {
      name: "outside",
      inputs: [
        { name: "x", shape: ["N", 3], type: "float32" },
        { name: "weight", shape: [2, 3], type: "float16" },
      ],
      outputs: [{ name: "y", shape: ["N", 2], type: "float32" }],
      constants: [],
      nodes: [],
    };
    const bytes = serialiseGraph(graph, { weight: { dims: [2, 3], bytes: 12, offset: 40, file: "model.safetensors" } });
    const model = fromBinary(ModelProtoSchema, bytes);
    expect(model.graph?.input.map(({ name }) => name)).toEqual(["x"]);
    const [constant, ...others] = model.graph?.initializer ?? [];
    expect(others).toEqual([]);
    expect(constant?.name).toBe("weight");
    expect(constant?.dims).toEqual([2n, 3n]);
    expect(constant?.dataType).toBe(TensorProto_DataType.FLOAT16);
    expect(constant?.dataLocation).toBe(TensorProto_DataLocation.EXTERNAL);
    expect(constant?.externalData.map(({ key, value }) => [key, value])).toEqual([
      ["location", "model.safetensors"],
      ["offset", "40"],
      ["length", "12"],
    ]);
  });
});
