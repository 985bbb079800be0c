/** Writes a graph as an ONNX model file. */
import {
  type AttributeValue,
  constantType,
  DATA_TYPES,
  type Graph,
  type GraphConstant,
  type GraphPort,
  type Node,
} from "./graph.ts";
import { ProtobufWriter } from "./protobuf.ts";

/**
 * Operator set 21: the newest for which onnxruntime-web 1.30 has WebGPU kernels for everything that is used here.
 * From 22 on several operators silently run on the CPU.
 */
const OPERATOR_SET = 21;
const IR_VERSION = 10;

// Field numbers and enumerations of the fields that are written here, from onnx/onnx.proto of github.com/onnx/onnx (as
// of the package onnx-buf 1.20, against which the tests hold them). Fields go out by number, as protoc's writers do.
const MODEL = { irVersion: 1, producerName: 2, graph: 7, operatorSets: 8 } as const;
const OPERATOR_SET_ID = { domain: 1, version: 2 } as const;
const GRAPH = { nodes: 1, name: 2, initialisers: 5, inputs: 11, outputs: 12 } as const;
const NODE = { inputs: 1, outputs: 2, name: 3, operator: 4, attributes: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, float: 2, integer: 3, string: 4, integers: 8, type: 20 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;
const EXTERNAL_DATA = { key: 1, value: 2 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
const TENSOR_SHAPE = { dimensions: 1 } as const;
const DIMENSION = { value: 1, parameter: 2 } as const;

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { float: 1, integer: 2, string: 3, integers: 7 } as const;

function writePort(writer: ProtobufWriter, field: number, { name, shape, type }: GraphPort): void {
  const writeShape = () => {
    for (const dimension of shape) {
      writer.message(TENSOR_SHAPE.dimensions, () => {
        if (typeof dimension === "number") writer.integer(DIMENSION.value, dimension);
        else writer.string(DIMENSION.parameter, dimension);
      });
    }
  };
  writer.message(field, () => {
    writer.string(VALUE_INFO.name, name);
    writer.message(VALUE_INFO.type, () => {
      writer.message(TYPE.tensor, () => {
        writer.integer(TENSOR_TYPE.elementType, DATA_TYPES[type]);
        writer.message(TENSOR_TYPE.shape, writeShape);
      });
    });
  });
}

function writeConstant(writer: ProtobufWriter, { name, dims, data }: GraphConstant): void {
  writer.message(GRAPH.initialisers, () => {
    for (const length of dims) writer.integer(TENSOR.dims, length);
    writer.integer(TENSOR.dataType, DATA_TYPES[constantType(data)]);
    writer.string(TENSOR.name, name);
    writer.bytes(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  });
}

function writeExternal(
  writer: ProtobufWriter,
  { name, type }: GraphPort,
  { dims, bytes, file, offset }: External,
): void {
  const entries = { location: file, offset: String(offset), length: String(bytes) };
  writer.message(GRAPH.initialisers, () => {
    for (const length of dims) writer.integer(TENSOR.dims, length);
    writer.integer(TENSOR.dataType, DATA_TYPES[type]);
    writer.string(TENSOR.name, name);
    for (const [key, value] of Object.entries(entries)) {
      writer.message(TENSOR.externalData, () => {
        writer.string(EXTERNAL_DATA.key, key);
        writer.string(EXTERNAL_DATA.value, value);
      });
    }
    writer.integer(TENSOR.dataLocation, EXTERNAL);
  });
}

function writeAttribute(writer: ProtobufWriter, name: string, value: AttributeValue): void {
  writer.message(NODE.attributes, () => {
    writer.string(ATTRIBUTE.name, name);
    if (typeof value === "number") {
      writer.integer(ATTRIBUTE.integer, value);
      writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPES.integer);
    } else if (typeof value === "string") {
      writer.string(ATTRIBUTE.string, value);
      writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPES.string);
    } else if ("float" in value) {
      writer.float(ATTRIBUTE.float, value.float);
      writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPES.float);
    } else {
      for (const entry of value) writer.integer(ATTRIBUTE.integers, entry);
      writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPES.integers);
    }
  });
}

function writeNode(writer: ProtobufWriter, node: Node, index: number): void {
  writer.message(GRAPH.nodes, () => {
    for (const input of node.inputs) writer.string(NODE.inputs, input);
    for (const output of node.outputs) writer.string(NODE.outputs, output);
    writer.string(NODE.name, `${node.operator}_${index}`);
    writer.string(NODE.operator, node.operator);
    for (const [name, value] of Object.entries(node.attributes)) writeAttribute(writer, name, value);
    writer.string(NODE.domain, node.domain);
  });
}

/** Where the numbers of a constant lie that is kept outside the model file. */
export interface External {
  readonly dims: readonly number[];
  /** Length in bytes, and where they begin in `file`. */
  readonly bytes: number;
  readonly offset: number;
  readonly file: string;
}

/**
 * The bytes of an ONNX ModelProto for `graph`. Inputs named in `externals` become constants whose numbers lie in other
 * files. Throws `internal` where a whole number is asked for and not given.
 */
export function serialiseGraph(
  graph: Graph,
  externals: Readonly<Record<string, External>> = {},
): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  writer.integer(MODEL.irVersion, IR_VERSION);
  writer.string(MODEL.producerName, "pivotscope");
  writer.message(MODEL.graph, () => {
    graph.nodes.forEach((node, index) => {
      writeNode(writer, node, index);
    });
    writer.string(GRAPH.name, graph.name);
    for (const constant of graph.constants) writeConstant(writer, constant);
    for (const port of graph.inputs) {
      const external = externals[port.name];
      if (external) writeExternal(writer, port, external);
    }
    for (const port of graph.inputs) if (!externals[port.name]) writePort(writer, GRAPH.inputs, port);
    for (const port of graph.outputs) writePort(writer, GRAPH.outputs, port);
  });
  const operatorSets = [
    { domain: "", version: OPERATOR_SET },
    { domain: "com.microsoft", version: 1 },
  ];
  for (const { domain, version } of operatorSets) {
    writer.message(MODEL.operatorSets, () => {
      writer.string(OPERATOR_SET_ID.domain, domain);
      writer.integer(OPERATOR_SET_ID.version, version);
    });
  }
  return writer.finish();
}
