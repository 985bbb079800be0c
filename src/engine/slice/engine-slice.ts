/** What the engine does with a sliced model; loaded when the first one is asked for. */
import type { Pruning } from "../../core/pruning.ts";
import type { Call, SliceOptions, SliceProgress, SliceSummary } from "../contract.ts";
import { weightBytes } from "../load/weight-upload.ts";
import type { Session } from "../session.ts";
import { requireDense, type SlicedModel, sliceModel } from "./slice-model.ts";

export { checkSlice } from "./check-slice.ts";
export { measureSpeed } from "./measure-speed.ts";

/** The sliced model that an engine has. */
export interface EngineSlice extends SlicedModel {
  /** What was asked for; a copy. */
  readonly pruning: Pruning;
  readonly summary: SliceSummary;
  /** Goes into every result of these weights. */
  readonly label: { readonly weights: "sliced" };
}

/**
 * See `Engine.slice`.
 *
 * @param clear gives the last sliced model back; not called where the dense weights are gone, of which it is all that is left.
 */
export async function sliceSession(
  { model }: Session,
  { keep, meanInputs }: Pruning,
  { releaseDense = false }: SliceOptions,
  { signal, onProgress }: Call<SliceProgress>,
  clear: () => Promise<void>,
): Promise<EngineSlice> {
  requireDense(model);
  await clear();
  const pruning = { keep: keep.slice(), meanInputs: meanInputs?.slice() ?? null };
  const sliced = await sliceModel(model, pruning, { releaseDense, signal, onProgress });
  const { precision } = model;
  return {
    ...sliced,
    pruning,
    label: { weights: "sliced" },
    summary: {
      denseBytes: weightBytes(model.definition, precision),
      slicedBytes: weightBytes(sliced.model.definition, precision),
      denseParameters: model.layout.totalParameters,
      slicedParameters: sliced.model.layout.totalParameters,
      denseReleased: releaseDense,
    },
  };
}
