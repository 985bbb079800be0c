/** What was pinned to be compared with what is shown. */
import type { FrameData } from "../../../core/frame-data.ts";
import type { PrunedOf } from "../../../core/provenance.ts";
import type { UnitLayout } from "../../../core/unit.ts";
import type { Picture, Trace } from "../../../engine/contract.ts";
import type { Scene } from "../../../scenes/scene.ts";
import type { Failure } from "../../failure.ts";
import type { Job } from "../../job-state.ts";
import type { Measured } from "../measurement/measurement-state.ts";

/** Three stand beside the live side on a screen: 20, 40 and 60 %. */
export const MAXIMUM_PINS = 3;

/** One side of a comparison: what a pruned model makes of a picture, with all that is needed to draw it without the model. */
export interface Side {
  readonly of: PrunedOf;
  readonly layout: UnitLayout;
  readonly frame: FrameData;
  /** What the dense model says. */
  readonly dense: Trace;
  readonly picture: Picture;
  readonly scene: Scene | null;
  /** What is known of the pruned model; its own `of` tells whether it is of this plan or of an older one. Null without. */
  readonly measured: Measured | null;
}

/** A pinned side, and how far measuring it is; "done" where it was measured already. */
export type Pin = Job & {
  /** Unique while the page lives. */
  readonly id: number;
  readonly side: Side;
  /** What this browser keeps it under; it is kept once it is measured. */
  readonly keptAs?: string;
};

/** A side of the model and picture at hand that a link or the chooser asks for. */
export interface WantedPin {
  /** A method's name, or `KEPT` and the name of a side that this browser keeps. */
  readonly method: string;
  /** 0..1; "equal" for the one at which it removes as much as the plan at hand. */
  readonly ratio: number | "equal";
}

/** In front of the name that a side is kept under, where it stands among pins that are asked for. */
export const KEPT = "~";

export interface PinsState {
  /** In the order in which they were pinned. */
  readonly pins: readonly Pin[];
  /** The pin that what differs is shown against, by its id; null for the first. */
  readonly against: number | null;
  /** What is asked for and cannot be planned yet: without a trace, or without what its method needs. */
  readonly wanted: readonly WantedPin[];
  /** Why the last one could not be planned. */
  readonly failure: Failure | null;
}

export const initialPins: PinsState = { pins: [], against: null, wanted: [], failure: null };

/** The pin that what differs is shown against; null without pins. */
export function pinAgainst({ pins, against }: PinsState): Pin | null {
  return pins.find(({ id }) => id === against) ?? pins[0] ?? null;
}
