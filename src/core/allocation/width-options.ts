/**
 * Where a plan's width options take effect, whatever the method: behind its planner. What they do is loaded with the first
 * plan that asks for them, because most do not.
 */
import { invariant } from "../errors.ts";
import { onDemand } from "../on-demand.ts";
import { asksForWidths, type WidthOptions } from "../parameters/widths.ts";
import type { Ratio, UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";

let part: typeof import("./shape-widths.ts") | null = null;

const load = onDemand(async () => {
  part = await import("./shape-widths.ts");
});

/** Whether plans with these options can be made at once. */
export function widthsReady(options: WidthOptions): boolean {
  return part !== null || !asksForWidths(options);
}

/**
 * To be awaited before a planner is made with these options.
 * @throws PivotscopeError as `onDemand` says.
 */
export async function prepareWidths(options: WidthOptions): Promise<void> {
  if (!widthsReady(options)) await load();
}

/** `plan` with the options; `plan` itself where there are none. @throws PivotscopeError `internal` before they are ready. */
export function withWidths(
  layout: UnitLayout,
  options: WidthOptions,
  plan: (ratio: Ratio) => Allocation,
): (ratio: Ratio) => Allocation {
  if (!asksForWidths(options)) return plan;
  invariant(part !== null, "A plan was made before its width options were there.");
  const shape = part.createWidthShaper(layout, options);
  return (ratio) => shape(plan(ratio));
}
