/**
 * Reverse-mode differentiation of a graph under construction: walks back from one value to the wanted ones and adds
 * the nodes of the backward pass to the same graph.
 */
import { invariant } from "../core/errors.ts";
import type { GraphBuilder, Value } from "./graph.ts";
import { add } from "./operations/elementwise.ts";

/** Values from which `target` is computed, inputs before results. */
function inOrder(target: Value): Value[] {
  const order: Value[] = [];
  const seen = new Set<string>();
  const visit = (value: Value) => {
    if (seen.has(value.name)) return;
    seen.add(value.name);
    for (const input of value.origin?.inputs ?? []) visit(input);
    order.push(value);
  };
  visit(target);
  return order;
}

/** Whether `target` is computed from `value`. */
export function influences(value: Value, target: Value): boolean {
  return inOrder(target).some(({ name }) => name === value.name);
}

/**
 * Gradients of a loss by `wanted`, given the loss's gradient by `target` (`cotangent`, of the same shape). May be
 * called several times on one graph with different cotangents: the forward nodes are shared.
 *
 * Throws `internal` when a wanted value does not influence `target`.
 */
export function gradients(
  builder: GraphBuilder,
  target: Value,
  cotangent: Value,
  wanted: readonly Value[],
): readonly Value[] {
  const order = inOrder(target);
  const leads = new Set(wanted.map((value) => value.name));
  for (const value of order) {
    if (value.origin?.inputs.some((input) => leads.has(input.name))) leads.add(value.name);
  }
  const collected = new Map<string, Value>([[target.name, cotangent]]);
  for (const value of order.toReversed()) {
    const gradient = collected.get(value.name);
    if (!gradient || !value.origin || !leads.has(value.name)) continue;
    const { inputs, rule } = value.origin;
    const needed = inputs.map((input) => leads.has(input.name));
    const parts = rule(gradient, needed);
    inputs.forEach((input, index) => {
      const part = parts[index];
      if (!part || !needed[index]) return;
      const before = collected.get(input.name);
      collected.set(input.name, before ? add(builder, before, part) : part);
    });
  }
  return wanted.map((value) => {
    const gradient = collected.get(value.name);
    invariant(gradient, `${value.name} does not influence ${target.name} in graph ${builder.name}.`);
    return gradient;
  });
}
