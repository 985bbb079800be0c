/** Finished graphs put together to larger ones: names changed, factors left out, one behind the other. */
import { invariant } from "../core/errors.ts";
import type { Graph, Node } from "./graph.ts";
import type { Dimension } from "./shape.ts";

/** `graph` with other names for its ports, constants and results; "" stands for an absent input and stays. */
export function renamed(graph: Graph, rename: (name: string) => string): Graph {
  const other = (name: string) => (name === "" ? name : rename(name));
  const renameNode = (node: Node) => ({ ...node, inputs: node.inputs.map(other), outputs: node.outputs.map(other) });
  return {
    ...graph,
    inputs: graph.inputs.map((port) => ({ ...port, name: other(port.name) })),
    outputs: graph.outputs.map((port) => ({ ...port, name: other(port.name) })),
    constants: graph.constants.map((constant) => ({ ...constant, name: other(constant.name) })),
    nodes: graph.nodes.map(renameNode),
    ...(graph.values && { values: graph.values.map((value) => ({ ...value, name: other(value.name) })) }),
  };
}

/** `graph` with other names for the open dimensions of its ports; a name that `symbols` lacks stays. */
export function withSymbols(graph: Graph, symbols: Readonly<Record<string, string>>): Graph {
  const other = (dimension: Dimension) =>
    typeof dimension === "string" ? (symbols[dimension] ?? dimension) : dimension;
  const port = <Port extends Graph["inputs"][number]>(found: Port) => ({ ...found, shape: found.shape.map(other) });
  return { ...graph, inputs: graph.inputs.map(port), outputs: graph.outputs.map(port) };
}

/**
 * `graph` without the inputs that `isFactor` names, as if they were all ones: where such a one is multiplied, the other
 * operand goes on.
 *
 * @throws PivotscopeError `internal` where a factor goes into anything but a product, or a product is an output.
 */
export function withoutFactors(graph: Graph, isFactor: (name: string) => boolean): Graph {
  const factors = new Set(graph.inputs.map(({ name }) => name).filter(isFactor));
  // A factor may be cast before it is multiplied.
  for (const { operator, inputs, outputs } of graph.nodes) {
    if (operator === "Cast" && inputs.some((name) => factors.has(name))) for (const name of outputs) factors.add(name);
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const replaced = new Map<string, string>();
  const left: Node[] = [];
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => factors.has(name))) {
      left.push(node);
      continue;
    }
    if (node.operator === "Cast") continue;
    const [result = ""] = node.outputs;
    const [rest] = node.inputs.filter((name) => !factors.has(name));
    invariant(
      node.operator === "Mul" && rest !== undefined && !outputs.has(result),
      `${node.operator} of graph ${graph.name} takes a factor; only inner products can do without.`,
    );
    replaced.set(result, replaced.get(rest) ?? rest);
  }
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !factors.has(name)),
    nodes: left.map((node) => ({ ...node, inputs: node.inputs.map((name) => replaced.get(name) ?? name) })),
  };
}

/**
 * Graphs one behind the other. Inputs that an earlier graph gives out are taken from there; the rest are inputs of the
 * whole, whose outputs are those of the last. No two graphs may have a name in common but these.
 */
export function chained(name: string, graphs: readonly Graph[]): Graph {
  const made = new Set<string>();
  for (const { nodes, constants, name: part } of graphs) {
    for (const result of [...nodes.flatMap(({ outputs }) => outputs), ...constants.map((constant) => constant.name)]) {
      invariant(result === "" || !made.has(result), `Two graphs of ${name} have "${result}", the second is ${part}.`);
      made.add(result);
    }
  }
  return {
    name,
    inputs: graphs.flatMap(({ inputs }) => inputs).filter((port) => !made.has(port.name)),
    outputs: graphs.at(-1)?.outputs ?? [],
    constants: graphs.flatMap(({ constants }) => constants),
    nodes: graphs.flatMap(({ nodes }) => nodes),
  };
}
