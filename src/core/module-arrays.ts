/** Between flat arrays in a layout's order and objects keyed `tower.layer.kind`, as files have them. */
import { PivotscopeError } from "./errors.ts";
import { type JsonObject, readField } from "./json-check.ts";
import type { Module, ModuleKey, UnitLayout } from "./unit.ts";

/** One list of numbers per module, from one number per unit. */
export function splitByModule(layout: UnitLayout, perUnit: ArrayLike<number>): Record<ModuleKey, number[]> {
  const split: Record<ModuleKey, number[]> = {};
  layout.modules.forEach((module, index) => {
    const start = layout.offsets[index] ?? 0;
    split[module.key] = Array.from({ length: module.unitCount }, (_, position) => perUnit[start + position] ?? 0);
  });
  return split;
}

/** One number per module, keyed. */
export function keyByModule(layout: UnitLayout, perModule: ArrayLike<number>): Record<ModuleKey, number> {
  const keyed: Record<ModuleKey, number> = {};
  layout.modules.forEach((module, index) => {
    keyed[module.key] = perModule[index] ?? 0;
  });
  return keyed;
}

/**
 * Reads an object keyed by module into the layout's order with `read`, which is given the field's name, what was found
 * and the module.
 * @throws PivotscopeError `bad-input` naming a module that is missing or that the model does not have.
 */
export function readModules<Value>(
  layout: UnitLayout,
  field: string,
  found: JsonObject,
  read: (field: string, found: unknown, module: Module) => Value,
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
  return layout.modules.map((module) => read(`${field}.${module.key}`, readField(field, found, module.key), module));
}
