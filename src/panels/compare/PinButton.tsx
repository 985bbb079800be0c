/** Freezes what is shown, with whose it is, so that whatever is chosen next stands beside it. */
import type { WorkbenchState } from "../../state/shape.ts";
import { MAXIMUM_PINS } from "../../state/slices/pins/pins-state.ts";
import { sideAtHand } from "../../state/slices/pins/side.ts";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";

export function PinButton() {
  const { pins, preferences } = useActions();
  const reason = useSelect(pinUnavailable);
  return (
    <button
      type="button"
      className={controls.button}
      disabled={reason !== null}
      title={reason ?? "Keep what is shown, and compare with it whatever you choose next"}
      onClick={() => {
        pins.pin();
        preferences.openTab("compare");
      }}
    >
      Pin
    </button>
  );
}

/** Why nothing can be pinned now, in a sentence; null where it can. */
export function pinUnavailable(state: WorkbenchState): string | null {
  if (state.pins.pins.length >= MAXIMUM_PINS) return `${MAXIMUM_PINS} are pinned: take one away first.`;
  return sideAtHand(state) === null ? "There is no plan and no reasoning to pin yet." : null;
}
