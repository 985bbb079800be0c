/** Sides of a comparison: what is shown now as one, and how one is frozen. */
import type { FrameData } from "../../../core/frame-data.ts";
import { prunedKey, sameTrace } from "../../../core/provenance.ts";
import type { UnitLayout } from "../../../core/unit.ts";
import { inputAtHand, prunedAtHand } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import { textOf } from "../reasoning/answer.ts";
import type { Side } from "./pins-state.ts";

/** Whether what is measured is older than the plan that stands beside it. */
export function isStale({ of, measured }: Side): boolean {
  return measured !== null && prunedKey(measured.of) !== prunedKey(of);
}

/** The pruned model's words, the dense model's where they are the same; null while it has not written them. */
export function wordsOf({ dense, measured }: Side): string | null {
  if (!measured?.answer) return null;
  return measured.answer.prunedTokens === null ? dense.text : textOf(measured.answer.prunedTokens);
}

/** Whether two models have the same modules of the same sizes, so that one's plan can be drawn in the other's charts. */
export function sameLayout(one: UnitLayout, other: UnitLayout): boolean {
  return (
    one === other ||
    (one.modules.length === other.modules.length &&
      one.modules.every(({ key, unitCount }, index) => {
        const beside = other.modules[index];
        return beside?.key === key && beside.unitCount === unitCount;
      }))
  );
}

/** The first pinned side whose plan the charts of the model at hand can show; null without one. */
export function outlinedPin({ pins, model }: Pick<WorkbenchState, "pins" | "model">): Side | null {
  const layout = model.summary?.layout;
  return pins.pins.find(({ side }) => layout && sameLayout(side.layout, layout))?.side ?? null;
}

type Parts = readonly unknown[];

/**
 * What is shown now, as a side; null while there is no plan or no finished trace. Its frame's arrays are those of the thumb:
 * see `frozen`. The same object while nothing of it changes.
 */
export const sideAtHand: (state: WorkbenchState) => Side | null = (() => {
  let last: { readonly parts: Parts; readonly side: Side | null } | null = null;
  return (state) => {
    const { pruning, reasoning, measurement, input, model } = state;
    const parts = [pruning.frame, pruning.of, reasoning.of, reasoning.trace, measurement.shown, input, model.summary];
    if (!last?.parts.every((part, index) => part === parts[index])) last = { parts, side: findSide(state) };
    return last.side;
  };
})();

function findSide(state: WorkbenchState): Side | null {
  const { pruning, reasoning, measurement, input, model } = state;
  const of = prunedAtHand(state);
  const layout = model.summary?.layout;
  const { picture } = input;
  if (!of || !layout || !pruning.frame || !reasoning.trace || !picture) return null;
  // A picture that was changed before the model could be asked about it.
  if (inputAtHand(state)?.key !== of.input.key) return null;
  const { shown } = measurement;
  return {
    of,
    layout,
    frame: pruning.frame,
    dense: reasoning.trace,
    picture: picture.picture,
    scene: picture.scene,
    // Sides are of masked weights: those outlive the engine.
    measured: shown && !shown.of.weights && sameTrace(shown.of, of) ? shown : null,
  };
}

/** A side that the next step of the thumb does not change. What was measured for another plan is left out. */
export function frozen(side: Side): Side {
  return {
    ...side,
    frame: frozenFrame(side.frame),
    measured: isStale(side) ? null : side.measured,
  };
}

/** A frame with arrays of its own; what a planner adds to it for the tick at hand is left out. */
export function frozenFrame(frame: FrameData): FrameData {
  const { askedRatio, reachedRatio, keptUnits, keptParameters } = frame;
  const { keep, values, keptPerModule, meanInputs, inputColumns = null } = frame;
  return {
    askedRatio,
    reachedRatio,
    keptUnits,
    keptParameters,
    keep: keep.slice(),
    values: values.slice(),
    keptPerModule: keptPerModule.slice(),
    meanInputs: meanInputs?.slice() ?? null,
    inputColumns: inputColumns?.slice() ?? null,
  };
}
