/** The methods to choose from, in the order they are offered. */
import { PivotscopeError } from "../errors.ts";
import type { Method } from "./method.ts";
import { mucrasp } from "./mucrasp.ts";

export const methods: readonly Method[] = [mucrasp];

/** @throws PivotscopeError `not-found` naming the methods there are. */
export function methodNamed(name: string): Method {
  const method = methods.find((candidate) => candidate.name === name);
  if (method) return method;
  const names = methods.map((candidate) => candidate.name).join(", ");
  throw new PivotscopeError("not-found", `There is no method "${name}".`, `Use one of ${names}.`);
}
