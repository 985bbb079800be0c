/**
 * What a run of a graph takes, from shapes alone: the sizes of its results, and how many bytes its runtime holds inside at
 * the worst moment. For dry runs, which count memory without computing.
 *
 * Nodes are taken in the order in which they were emitted, every result stays until its last reader is through, and none is
 * written over its own input. Runtimes order nodes as they like and write over inputs now and then, so the bytes are an
 * estimate that is rather too high.
 */
import { invariant } from "../core/errors.ts";
import type { ElementType, Graph, GraphPort, Node } from "./graph.ts";
import { type Dimension, factorise } from "./shape.ts";

const BYTES: Readonly<Record<ElementType, number>> = { float32: 4, float16: 2, int32: 4, int64: 8, bool: 1 };

/** Operators whose result is their first input's memory in another shape. */
const VIEWS = new Set(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);

/** Where onnxruntime's fused attention has its cache, before and after, and how many slots are used. */
const CACHE = { past: 3, length: 6, present: 1 } as const;

/** Dimensions of what is fed, or of the places that results are written into. */
export type Sizes = Readonly<Record<string, readonly number[]>>;

export interface RunMemory {
  /** Sizes of the graph's outputs, in the order of the graph. */
  readonly outputs: readonly { readonly port: GraphPort; readonly dims: readonly number[] }[];
  /** Bytes at the worst moment, outputs that have no place included and inputs and constants not. */
  readonly bytes: number;
}

export function bytesOf(type: ElementType, dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, BYTES[type]);
}

/** Bytes of the graph's constants, which a compiled graph holds. */
export function constantBytes({ constants }: Graph): number {
  return constants.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/**
 * @param given what is fed as a length and not as numbers to compute with, see `Backend.uploadLength`.
 * @throws PivotscopeError `internal` where sizes do not fit the graph, or a length follows from nothing that is fed.
 */
export function runMemory(
  graph: Graph,
  feeds: Sizes,
  places: Sizes = {},
  given: Readonly<Record<string, number>> = {},
): RunMemory {
  const { values } = graph;
  invariant(values, `Graph ${graph.name} does not say what its nodes give.`);
  const lengths = new Map<string, number>();
  const bindAll = (ports: readonly GraphPort[], sizes: Sizes) => {
    for (const { name, shape } of ports) {
      const dims = sizes[name];
      if (dims) bind(graph, lengths, name, shape, dims);
    }
  };
  bindAll(graph.inputs, feeds);
  bindAll(graph.outputs, places);
  const ports = new Map([...graph.inputs, ...values].map((port) => [port.name, port]));
  for (const node of graph.nodes) bindResult(graph, lengths, node, ports, given);
  const dimsOf = ({ shape }: GraphPort) => shape.map((dimension) => lengthOf(graph, lengths, dimension));
  return {
    outputs: graph.outputs.map((port) => ({ port, dims: dimsOf(port) })),
    bytes: mostAlive(graph, new Set(Object.keys(places)), (name) => {
      const port = ports.get(name);
      return port ? bytesOf(port.type, dimsOf(port)) : 0;
    }),
  };
}

function bind(
  { name: graph }: Graph,
  lengths: Map<string, number>,
  name: string,
  shape: readonly Dimension[],
  dims: readonly number[],
): void {
  const said = `[${dims.join(", ")}] for "${name}" of graph ${graph}, which is [${shape.join(", ")}]`;
  invariant(dims.length === shape.length, `There is ${said}.`);
  shape.forEach((dimension, axis) => {
    const { factor, symbol } = factorise(dimension);
    const length = (dims[axis] ?? 0) / factor;
    const known = symbol === "" ? 1 : (lengths.get(symbol) ?? length);
    invariant(Number.isInteger(length) && length === known, `There is ${said}.`);
    if (symbol !== "") lengths.set(symbol, length);
  });
}

/** Lengths that only a node knows: joined ones, and those of a cache that grows to the length that is fed. */
function bindResult(
  graph: Graph,
  lengths: Map<string, number>,
  { operator, inputs, outputs, attributes }: Node,
  ports: ReadonlyMap<string, GraphPort>,
  given: Readonly<Record<string, number>>,
): void {
  if (operator === "GroupQueryAttention") {
    const past = ports.get(inputs[CACHE.past] ?? "")?.shape[2] ?? 0;
    const { symbol } = factorise(ports.get(outputs[CACHE.present] ?? "")?.shape[2] ?? 0);
    const slots = Math.max(lengthOf(graph, lengths, past), given[inputs[CACHE.length] ?? ""] ?? 0);
    if (symbol !== "" && !lengths.has(symbol)) lengths.set(symbol, slots);
    return;
  }
  const shape = ports.get(outputs[0] ?? "")?.shape;
  if (operator !== "Concat" || !shape) return;
  const axis = (Number(attributes.axis) + shape.length) % shape.length;
  const { factor, symbol } = factorise(shape[axis] ?? 0);
  if (symbol === "" || lengths.has(symbol)) return;
  const constants = new Map(graph.constants.map(({ name, dims }) => [name, dims]));
  const joined = inputs.reduce((sum, name) => {
    const dimension = ports.get(name)?.shape[axis] ?? constants.get(name)?.[axis] ?? 0;
    return sum + lengthOf(graph, lengths, dimension);
  }, 0);
  lengths.set(symbol, joined / factor);
}

function lengthOf({ name }: Graph, lengths: ReadonlyMap<string, number>, dimension: Dimension): number {
  const { factor, symbol } = factorise(dimension);
  if (symbol === "") return factor;
  const length = lengths.get(symbol);
  invariant(length !== undefined, `The length ${symbol} of graph ${name} follows from nothing that is fed.`);
  return factor * length;
}

/** Most bytes of results at one time. */
function mostAlive({ nodes, outputs }: Graph, placed: ReadonlySet<string>, sizeOf: (name: string) => number): number {
  const given = new Set(outputs.map(({ name }) => name));
  /** Whose memory a result is. */
  const roots = new Map<string, string>();
  const rootOf = (name: string) => roots.get(name) ?? name;
  for (const { operator, inputs, outputs: results } of nodes) {
    const [result = ""] = results;
    // What is given out has memory of its own.
    if (VIEWS.has(operator) && !given.has(result)) roots.set(result, rootOf(inputs[0] ?? ""));
  }
  const lastRead = new Map<string, number>();
  for (const [place, node] of nodes.entries()) for (const name of node.inputs) lastRead.set(rootOf(name), place);
  const alive = new Map<string, number>();
  let now = 0;
  let most = 0;
  const end = (name: string) => {
    now -= alive.get(name) ?? 0;
    alive.delete(name);
  };
  for (const [place, node] of nodes.entries()) {
    for (const name of node.outputs) {
      if (name === "" || roots.has(name) || placed.has(name)) continue;
      alive.set(name, sizeOf(name));
      now += sizeOf(name);
    }
    most = Math.max(most, now);
    for (const name of [...node.inputs, ...node.outputs]) {
      const root = rootOf(name);
      if (!given.has(root) && (lastRead.get(root) ?? place) === place) end(root);
    }
  }
  return most;
}
