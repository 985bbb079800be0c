/** Which attention a plan can never thin out, because the method keeps as many groups as there are. */
import { minimumUnits } from "../core/allocation/minimums.ts";
import type { MethodParameters } from "../core/parameters.ts";
import type { Module, UnitLayout } from "../core/unit.ts";

/**
 * "Text attention is never pruned here: layers have up to 2 groups, and the method keeps at least 2."; empty where the
 * minimum leaves something to take out, and for plans that keep no minimum.
 *
 * @param keptPerModule units that the plan keeps, by module.
 */
export function floorWords(
  { modules }: UnitLayout,
  keptPerModule: ArrayLike<number>,
  parameters: MethodParameters,
): string {
  const attention = modules.flatMap((module, index) =>
    module.tower === "text" && module.kind === "attn" ? [{ module, kept: keptPerModule[index] ?? 0 }] : [],
  );
  const held = attention.filter(({ module, kept }) => kept === module.unitCount && isHeld(module, parameters));
  if (held.length === 0) return "";
  const most = Math.max(...held.map(({ module }) => module.unitCount));
  const where =
    held.length === attention.length
      ? "Text attention"
      : `Text attention in ${held.length} of ${attention.length} layers`;
  return `${where} is never pruned here: layers have ${most === 1 ? "one group" : `up to ${most} groups`}, and the method keeps at least ${parameters.attentionMinimumCount}.`;
}

/** Whether all of a module stays even where everything else goes. */
function isHeld(module: Module, parameters: MethodParameters): boolean {
  return minimumUnits(module, 1, parameters) === module.unitCount;
}
