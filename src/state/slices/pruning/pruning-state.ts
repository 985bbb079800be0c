/** The plan at hand and what it was made from. */
import type { FrameData } from "../../../core/frame-data.ts";
import type { PlanOf } from "../../../core/provenance.ts";
import type { Failure } from "../../failure.ts";
import { DEFAULT_METHOD, type MethodParameters, startingParameters } from "./method.ts";

/** A plan of a file that method, constants and statistics at hand do not make; it is shown and measured as it is. */
export interface OpenedPlan {
  readonly file: string;
  /** The weights that it was made for. */
  readonly weightHash: string;
  readonly frame: FrameData;
  readonly hash: string;
  /** What this browser keeps it under; null while it does not. */
  readonly keptAs: string | null;
}

export interface PruningState {
  /** What the thumb asks for, 0..MAXIMUM_RATIO. */
  readonly ratio: number;
  /** Whether a finger or a mouse has the thumb. */
  readonly held: boolean;
  readonly method: string;
  readonly parameters: MethodParameters;
  /** Constants that somebody had changed before they were replaced, and what replaced them, in a sentence. */
  readonly replaced: { readonly words: string; readonly parameters: MethodParameters } | null;
  /** What the plan yields; a new object on each tick around arrays that the next tick reuses. Null while what the method needs is not known. */
  readonly frame: FrameData | null;
  /** Whose plan `frame` is; null without one. */
  readonly of: PlanOf | null;
  /** What `frame` is in place of a plan made here; null while the page plans by itself. */
  readonly opened: OpenedPlan | null;
  /** What a plan is kept under that a link asks for and that is still looked for; null once something else is asked for. */
  readonly wanted: string | null;
  readonly failure: Failure | null;
}

export const STARTING_RATIO = 0.4;

export const initialPruning: PruningState = {
  ratio: STARTING_RATIO,
  held: false,
  method: DEFAULT_METHOD,
  parameters: startingParameters(null),
  replaced: null,
  frame: null,
  of: null,
  opened: null,
  wanted: null,
  failure: null,
};
