/** This picture's curve, as far as the first screen has it: what measures it is loaded with the first measurement. */
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { KeptMeasurements } from "../measurement/kept-measurements.ts";
import type { CurveActions } from "./curve-state.ts";

const loadCurve = onDemand(() => import("./curve-background.ts"));

export function createCurveActions(
  context: Context,
  onLoss: (error: unknown) => boolean,
  kept: KeptMeasurements,
): CurveActions {
  let curve: CurveActions | null = null;

  async function load(): Promise<void> {
    // Where it cannot be fetched, the next change tries again.
    const part = await loadCurve().catch(() => null);
    curve ??= part?.createCurve(context, onLoss, kept) ?? null;
    context.inOneStep(() => curve?.settle());
  }

  return {
    settle() {
      if (curve) curve.settle();
      else if (context.get().measurement.shown) void load();
    },
  };
}

/** A selector that gives another number whenever anything has changed but the curve, what is noted of results, and the queue. */
export function createStir(): (state: WorkbenchState) => number {
  let last: readonly unknown[] = [];
  let stirs = 0;
  return ({ curve: _, history: __, kept: ___, model, ...slices }) => {
    const { activity, ...rest } = model;
    // Whatever waits behind it must not wait long.
    const kept = activity.running === "curve" && activity.waiting.length > 0;
    const now = [...Object.values(slices), ...Object.values(rest), kept];
    if (now.some((value, index) => !Object.is(value, last[index]))) stirs += 1;
    last = now;
    return stirs;
  };
}
