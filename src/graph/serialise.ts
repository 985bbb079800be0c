/** Writes a graph as an ONNX model file. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { AttributeValue, ConstantData, ElementType, Graph, GraphConstant, GraphPort, Node } from "./graph.ts";

/**
 * Operator set 21: the newest for which onnxruntime-web 1.30 has WebGPU kernels for everything that is used here.
 * From 22 on several operators silently run on the CPU.
 */
const OPERATOR_SET = 21n;
const IR_VERSION = 10n;

const DATA_TYPES: Record<ElementType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

function port({ name, shape, type }: GraphPort) {
  const dim = shape.map((dimension) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof dimension === "number"
          ? { case: "dimValue", value: BigInt(dimension) }
          : { case: "dimParam", value: dimension },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: DATA_TYPES[type],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
  });
}

function elementType(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Int32Array ? "int32" : "int64";
}

function constant({ name, dims, data }: GraphConstant) {
  const rawData = new Uint8Array(data.byteLength);
  rawData.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: DATA_TYPES[elementType(data)],
    rawData,
  });
}

function attribute(name: string, value: AttributeValue) {
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
  }
  if (typeof value === "string") {
    const s = new Uint8Array(new TextEncoder().encode(value));
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s });
  }
  if ("float" in value) {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  }
  return create(AttributeProtoSchema, {
    name,
    type: AttributeProto_AttributeType.INTS,
    ints: value.map((entry) => BigInt(entry)),
  });
}

function node(source: Node, index: number) {
  return create(NodeProtoSchema, {
    name: `${source.operator}_${index}`,
    opType: source.operator,
    domain: source.domain,
    input: [...source.inputs],
    output: [...source.outputs],
    attribute: Object.entries(source.attributes).map(([name, value]) => attribute(name, value)),
  });
}

/** The bytes of an ONNX ModelProto for `graph`. */
export function serialiseGraph(graph: Graph): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: "pivotscope",
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: "", version: OPERATOR_SET }),
      create(OperatorSetIdProtoSchema, { domain: "com.microsoft", version: 1n }),
    ],
    graph: create(GraphProtoSchema, {
      name: graph.name,
      node: graph.nodes.map(node),
      initializer: graph.constants.map(constant),
      input: graph.inputs.map(port),
      output: graph.outputs.map(port),
    }),
  });
  return toBinary(ModelProtoSchema, model);
}
