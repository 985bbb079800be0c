/**
 * Pinned sides: a result frozen as it is shown, with whose it is, so that whatever is changed after (method, ratio, picture,
 * question, model) stands beside it. What is done with a pin is loaded with the first one.
 */
import { onDemand } from "../../../core/on-demand.ts";
import type { SharedState } from "../../address/url.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import { sampleInput } from "../input/input.ts";
import type { KeptMeasurements } from "../measurement/kept-measurements.ts";
import { MAXIMUM_PINS, type WantedPin } from "./pins-state.ts";
import type { PinsWork } from "./pins-work.ts";
import { frozen, sideAtHand } from "./side.ts";

export interface PinsActions {
  /** Pins what is shown now. Nothing while there is no plan or trace, or three are pinned. */
  pin(): Promise<void>;
  /** Pins a method on the model and picture at hand, as soon as it can be planned; measured unless it is known. */
  add(wanted: WantedPin): void;
  unpin(id: number): Promise<void>;
  /** Shows what differs against this pin. */
  showAgainst(id: number): void;
  /** Measures a pin that failed or was cancelled. */
  retry(id: number): Promise<void>;
  /** Asks for sides that a link names; those that are there already are left out. */
  want(linked: SharedState["pins"]): void;
  /** Pins what is asked for, as far as it can be planned by now. */
  takeWanted(): Promise<void>;
}

const loadWork = onDemand(() => import("./pins-work.ts"));

export function createPinsActions(
  context: Context,
  onLoss: (error: unknown) => boolean,
  kept: KeptMeasurements,
): PinsActions {
  const { patch, get } = context;
  let work: PinsWork | null = null;

  /** Does `act` with what works on pins; where that cannot be loaded, says so. */
  async function withWork(act: (work: PinsWork) => void): Promise<void> {
    try {
      const { createPinsWork } = await loadWork();
      work ??= createPinsWork(context, onLoss, kept);
      const ready = work;
      context.inOneStep(() => act(ready));
    } catch (error) {
      patch("pins", { failure: failureOf(error) });
    }
  }

  return {
    async pin() {
      const [side, input] = [sideAtHand(get()), sampleInput(get().input)];
      if (!side || !input) return;
      // Before the first await: the next step of the thumb changes what is shown.
      const pinned = frozen(side);
      await withWork(({ push }) => push(pinned, input));
    },
    add(wanted) {
      const { pins, wanted: before } = get().pins;
      if (pins.length + before.length < MAXIMUM_PINS) patch("pins", { wanted: [...before, wanted] });
    },
    unpin: (id) => withWork(({ unpin }) => unpin(id)),
    showAgainst: (id) => patch("pins", { against: id }),
    retry: (id) => withWork(({ retry }) => retry(id)),
    want(linked) {
      const { pruning, pins } = get();
      const resolved = linked.map(({ method, ratio }) => ({ method, ratio: ratio ?? pruning.ratio }));
      const missing = resolved.filter(
        ({ method, ratio }) =>
          !pins.pins.some(({ side: { of } }) => of.plan.method === method && Math.abs(of.plan.asked - ratio) < 1e-5),
      );
      patch("pins", { wanted: missing.slice(0, MAXIMUM_PINS) });
    },
    async takeWanted() {
      if (get().pins.wanted.length > 0 && sideAtHand(get())) await withWork(({ takeWanted }) => takeWanted());
    },
  };
}
