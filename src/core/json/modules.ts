/** Objects keyed `tower.layer.kind`, as files have them, in a layout's order. */
import { PivotscopeError } from "../errors.ts";
import type { Module, UnitLayout } from "../unit.ts";
import { type FieldSource, readJson, type Schema } from "./read.ts";
import { type JsonObject, object } from "./schemas.ts";

/**
 * Reads an object keyed by module into the layout's order, each value by its module's schema.
 * @param field the object's name.
 * @throws PivotscopeError `bad-input` naming a module that is missing or that the model does not have.
 */
export function readModules<Value>(
  layout: UnitLayout,
  field: string,
  found: JsonObject,
  schemaOf: (module: Module) => Schema<Value>,
  source: FieldSource,
): readonly Value[] {
  const known = new Set<string>(layout.modules.map((module) => module.key));
  const stranger = Object.keys(found).find((key) => !known.has(key));
  if (stranger !== undefined) {
    throw new PivotscopeError(
      "bad-input",
      `${field}.${stranger}: the model has no such module; it has ${layout.modules.map((module) => module.key).join(", ")}.`,
      "Check that the file was made for this model.",
    );
  }
  const keyed = object(Object.fromEntries(layout.modules.map((module) => [module.key, schemaOf(module)])));
  return Object.values(readJson(keyed, found, source, field));
}
