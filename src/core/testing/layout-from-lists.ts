/** Layouts of reference files, which are read without their model. */
import { PivotscopeError } from "../errors.ts";
import { createUnitLayout, type Module, moduleKey, type Tower, type UnitLayout } from "../unit.ts";

/**
 * A layout read off lists keyed by module and costs keyed `tower.kind`.
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
    if (unitCost === undefined) throw new PivotscopeError("bad-input", `unit_cost.${tower}.${kind} is missing.`);
    const number = Number(layer);
    return { key: moduleKey(tower, number, kind), tower, layer: number, kind, unitCount: list.length, unitCost };
  });
  const rank = (tower: Tower) => (tower === "vision" ? 0 : 1);
  modules.sort((a, b) => rank(a.tower) - rank(b.tower) || a.layer - b.layer || (a.kind < b.kind ? -1 : 1));
  return createUnitLayout(modules, totalParameters);
}
