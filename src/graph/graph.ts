/**
 * A graph under construction: typed values and the nodes that make them.
 *
 * The builder knows ONNX operators and shapes, and remembers for every value which rule gives its gradient. It
 * knows nothing of models or of how graphs are run.
 */
import { invariant } from "../core/errors.ts";
import { roundToFloat16 } from "../core/float16.ts";
import { type Dimension, type Shape, sameShape } from "./shape.ts";

export type ElementType = "float32" | "float16" | "int32" | "int64" | "bool";

/** Numbers that ONNX gives to element types (TensorProto.DataType), in files and in the attribute `to` of Cast. */
export const DATA_TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

/** A Uint16Array holds float16 bit patterns. */
export type ConstantData = Float32Array | Uint16Array | Int32Array | BigInt64Array;
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

/**
 * Vector-Jacobian rule of one operation: given the gradient of the loss by the operation's result, returns the
 * gradient by each input, in the order of the origin's inputs. `null` where an input has none. `needed[i]` tells
 * whether input i leads to anything that is differentiated, so that a rule can save the work.
 */
export type GradientRule = (gradient: Value, needed: readonly boolean[]) => readonly (Value | null)[];

/** Stands for an optional input that a node is not given. */
export const ABSENT: Value = { name: "", shape: [], type: "int64" };

/** One tensor in the graph. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
  /** How the value was made, as differentiation sees it; absent for graph inputs and constants. */
  readonly origin?: { readonly inputs: readonly Value[]; readonly rule: GradientRule };
}

export interface Node {
  readonly operator: string;
  /** "" for ONNX itself, "com.microsoft" for the runtime's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface GraphPort {
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

export interface GraphConstant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: ConstantData;
}

/** Builds a graph from options that are plain data, so that a compiled graph can be known by its function and options. */
export type GraphFunction<Options extends object = Record<never, never>> = (options: Options) => Graph;

/** A finished graph. Plain data: serialise it with `serialiseGraph`. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly constants: readonly GraphConstant[];
  readonly nodes: readonly Node[];
  /** What the nodes give, with shapes, which files and runtimes do without: see run-memory.ts. Every built graph has it. */
  readonly values?: readonly GraphPort[];
}

export interface EmitOptions {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export class GraphBuilder {
  readonly name: string;
  private readonly inputs: GraphPort[] = [];
  private readonly outputs: GraphPort[] = [];
  private readonly constants: GraphConstant[] = [];
  private readonly nodes: Node[] = [];
  private readonly values: GraphPort[] = [];
  /** Name of a node's result → name of the output it is. */
  private readonly outputNames = new Map<string, string>();
  private counter = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Declares a graph input. Every input must be fed at every run. */
  input(name: string, shape: Shape, type: ElementType = "float32"): Value {
    invariant(!this.inputs.some((port) => port.name === name), `Graph ${this.name} has two inputs "${name}".`);
    this.inputs.push({ name, shape, type });
    return { name, shape, type };
  }

  /** A constant inside the graph, for small things such as axes and scale factors; weights are inputs. */
  constant(data: ConstantData, dims: readonly number[]): Value {
    const type = constantType(data);
    const known = this.constants.find(
      (other) =>
        other.data.constructor === data.constructor &&
        sameShape(other.dims, dims) &&
        other.data.length === data.length &&
        other.data.every((entry, index) => entry === data[index]),
    );
    if (known) return { name: known.name, shape: dims, type };
    const name = this.freshName("constant");
    this.constants.push({ name, dims, data });
    return { name, shape: dims, type };
  }

  /** A number of `type`, which must be that of the values it is used with. */
  scalar(value: number, type: ElementType = "float32"): Value {
    return this.floats(Float32Array.of(value), [], type);
  }

  /** A constant of floating-point numbers, rounded to `type`. */
  floats(data: Float32Array, dims: readonly number[], type: ElementType = "float32"): Value {
    return this.constant(type === "float16" ? roundToFloat16(data) : data, dims);
  }

  axes(axes: readonly number[]): Value {
    return this.constant(BigInt64Array.from(axes, BigInt), [axes.length]);
  }

  /**
   * Adds a node with several results. A result has the floating-point type of the inputs, float32 where they have none,
   * unless `type` says otherwise; one that is `null` is not asked for. The results carry no gradient rule: wrap them with `withRule`.
   * Throws `internal` when inputs are both float32 and float16 and no type is given: ONNX casts nothing by itself.
   */
  emitMany(
    operator: string,
    inputs: readonly Value[],
    results: readonly ({ readonly shape: Shape; readonly type?: ElementType } | null)[],
    options: EmitOptions = {},
  ): Value[] {
    const values = results.map((result) =>
      result
        ? {
            name: this.freshName(operator),
            shape: result.shape,
            type: result.type ?? this.floatType(operator, inputs),
          }
        : ABSENT,
    );
    this.values.push(...values.filter((value) => value !== ABSENT));
    this.nodes.push({
      operator,
      domain: options.domain ?? "",
      inputs: inputs.map((value) => value.name),
      outputs: values.map((value) => value.name),
      attributes: options.attributes ?? {},
    });
    return values;
  }

  emit(operator: string, inputs: readonly Value[], shape: Shape, options: EmitOptions & { type?: ElementType } = {}) {
    const { type } = options;
    const [value] = this.emitMany(operator, inputs, [{ shape, ...(type === undefined ? {} : { type }) }], options);
    invariant(value, "A node has at least one result.");
    return value;
  }

  /** Names `value` as an output of the graph. The value must be the result of a node, and an output only once. */
  output(name: string, value: Value): void {
    invariant(!this.outputs.some((port) => port.name === name), `Graph ${this.name} has two outputs "${name}".`);
    invariant(!this.outputNames.has(value.name), `Output "${name}" of graph ${this.name} has a name already.`);
    invariant(
      this.nodes.some((node) => node.outputs.includes(value.name)),
      `Output "${name}" of graph ${this.name} is no node's result.`,
    );
    this.outputNames.set(value.name, name);
    this.outputs.push({ name, shape: value.shape, type: value.type });
  }

  /** @throws PivotscopeError `internal` where no node reads an input: a weight that is fed would be left out in silence. */
  build(): Graph {
    const read = new Set(this.nodes.flatMap(({ inputs }) => inputs));
    const idle = this.inputs.filter(({ name }) => !read.has(name)).map(({ name }) => name);
    invariant(idle.length === 0, `Graph ${this.name} does not read its inputs ${idle.join(", ")}.`);
    // Results that are outputs take the output's name; an Identity node instead would cost a copy on the GPU.
    const rename = (name: string) => this.outputNames.get(name) ?? name;
    return {
      name: this.name,
      inputs: this.inputs,
      outputs: this.outputs,
      constants: this.constants,
      nodes: this.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
      values: this.values.map((value) => ({ ...value, name: rename(value.name) })),
    };
  }

  private floatType(operator: string, inputs: readonly Value[]): "float32" | "float16" {
    const half = inputs.some(({ type }) => type === "float16");
    invariant(
      !half || !inputs.some(({ type }) => type === "float32"),
      `${operator} in graph ${this.name} mixes float32 and float16: cast one of them.`,
    );
    return half ? "float16" : "float32";
  }

  private freshName(stem: string): string {
    this.counter += 1;
    return `${stem}_${this.counter}`;
  }
}

/** The element type of a constant's numbers. */
export function constantType(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Uint16Array) return "float16";
  return data instanceof Int32Array ? "int32" : "int64";
}

/** Attaches the rule that differentiates `value` by `inputs`. */
export function withRule(value: Value, inputs: readonly Value[], rule: GradientRule): Value {
  return { ...value, origin: { inputs, rule } };
}

/** The last dimension of a shape. */
export function lastDimension(shape: Shape): Dimension {
  const last = shape[shape.length - 1];
  invariant(last !== undefined, "A scalar has no last dimension.");
  return last;
}
