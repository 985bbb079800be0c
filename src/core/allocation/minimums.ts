/** How many units each module keeps in any case (docs/method.md, "Allocation"). */
import type { MethodParameters } from "../parameters.ts";
import type { Module, Ratio } from "../unit.ts";

/**
 * max(count, ⌊n·max(share, slope·(1−S))⌋) with the constants of the module's kind, never more than n. The products are
 * taken in the formula's order in double precision, so that the floor falls as in the reference.
 */
export function minimumUnits(module: Module, ratio: Ratio, parameters: MethodParameters): number {
  const [count, share, slope] =
    module.kind === "attn"
      ? [parameters.attentionMinimumCount, parameters.attentionMinimumShare, parameters.attentionMinimumSlope]
      : [parameters.mlpMinimumCount, parameters.mlpMinimumShare, parameters.mlpMinimumSlope];
  const wanted = Math.max(count, Math.floor(module.unitCount * Math.max(share, slope * (1 - ratio))));
  return Math.min(module.unitCount, wanted);
}
