/** The methods to choose from, in the order they are offered. */
import { PivotscopeError } from "../errors.ts";
import { attribution } from "./attribution.ts";
import { flap } from "./flap.ts";
import { llmPruner } from "./llm-pruner.ts";
import { magnitudeAll } from "./magnitude-all.ts";
import { magnitudeColumns } from "./magnitude-columns.ts";
import type { Method } from "./method.ts";
import { mucrasp } from "./mucrasp.ts";
import { random } from "./random.ts";
import { wandaSp } from "./wanda-sp.ts";

const all = [mucrasp, llmPruner, flap, wandaSp, attribution, magnitudeColumns, magnitudeAll, random] as const;

/** What stands for a method in links, plans and the looks of charts. */
export type MethodName = (typeof all)[number]["name"];

export const methods: readonly Method<MethodName>[] = all;

/** What people call a method; the name itself where there is none of that name. */
export function methodLabel(name: string): string {
  return methods.find((method) => method.name === name)?.label ?? name;
}

/** @throws PivotscopeError `not-found` naming the methods there are. */
export function methodNamed(name: string): Method<MethodName> {
  const method = methods.find((candidate) => candidate.name === name);
  if (method) return method;
  const names = methods.map((candidate) => candidate.name).join(", ");
  throw new PivotscopeError("not-found", `There is no method "${name}".`, `Use one of ${names}.`);
}
