/** Between flat arrays in a layout's order and objects keyed `tower.layer.kind`, as files have them. */
import { PivotscopeError } from "./errors.ts";
import { type JsonObject, readField } from "./json-check.ts";
import { createUnitLayout, type Module, type ModuleKey, moduleKey, type Tower, type UnitLayout } from "./unit.ts";

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

/**
 * A layout read off lists keyed by module and costs keyed `tower.kind`, for files that are read without their model.
 * Modules come vision first, then by layer, attention before MLP. `totalParameters` is not known to the file.
 * @throws PivotscopeError `bad-input` for a key that is not `tower.layer.kind` or a cost that is missing.
 */
export function layoutFromLists(
  lists: Readonly<Record<string, readonly unknown[]>>,
  unitCosts: Readonly<Record<string, number>>,
  totalParameters: number,
): UnitLayout {
  const modules = Object.entries(lists).map(([key, list]): Module => {
    const [, tower, layer, kind] = /^(text|vision)\.(\d+)\.(attn|mlp)$/.exec(key) ?? [];
    if ((tower !== "text" && tower !== "vision") || (kind !== "attn" && kind !== "mlp")) {
      throw new PivotscopeError("bad-input", `"${key}" is not a module; expected for example text.3.mlp.`);
    }
    const unitCost = unitCosts[`${tower}.${kind}`];
    if (unitCost === undefined) throw new PivotscopeError("bad-input", `unit_cost.${tower}.${kind}: is missing.`);
    const number = Number(layer);
    return { key: moduleKey(tower, number, kind), tower, layer: number, kind, unitCount: list.length, unitCost };
  });
  const rank = (tower: Tower) => (tower === "vision" ? 0 : 1);
  modules.sort((a, b) => rank(a.tower) - rank(b.tower) || a.layer - b.layer || (a.kind < b.kind ? -1 : 1));
  return createUnitLayout(modules, totalParameters);
}
