/**
 * The slider's tick: from a ratio to everything that is drawn in the same frame as the thumb. Pure arithmetic over
 * buffers that are made once; it needs neither the model nor a GPU.
 */
import type { FrameData } from "./frame-data.ts";
import type { Planner } from "./methods/method.ts";
import { createRetentionRows, type RetentionRow } from "./metrics/retention.ts";
import type { Ratio, UnitLayout } from "./unit.ts";

export interface Frame extends FrameData {
  /** One row per layer, vision first, then text. The rows are reused by the next tick. */
  readonly rows: readonly RetentionRow[];
  /** Share of the model's whole parameters, embeddings and norms included, that the plan removes, 0..1. */
  readonly reachedModelRatio: number;
}

/** Computes the frame of a ratio in 0..1; its arrays and rows are overwritten by the next call. */
export type FramePlanner = (ratio: Ratio) => Frame;

/**
 * Prepares the tick for one model and planner.
 * @param cmds one number per module; null where no calibration has measured it.
 */
export function createFramePlanner(layout: UnitLayout, plan: Planner, cmds: Float64Array | null): FramePlanner {
  const retention = createRetentionRows(layout, cmds);
  return (ratio) => {
    const allocation = plan(ratio);
    const removed = layout.structuralParameters - allocation.keptParameters;
    return {
      askedRatio: ratio,
      reachedRatio: allocation.reachedRatio,
      reachedModelRatio: layout.totalParameters > 0 ? removed / layout.totalParameters : 0,
      keptUnits: allocation.keptUnits,
      keptParameters: allocation.keptParameters,
      keep: allocation.keep,
      values: allocation.values,
      keptPerModule: allocation.keptPerModule,
      meanInputs: allocation.meanInputs,
      inputColumns: allocation.inputColumns ?? null,
      rows: retention(allocation.keptPerModule),
    };
  };
}
