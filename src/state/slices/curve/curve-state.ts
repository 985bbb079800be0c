/** This picture's curve: what pruning does to the reasoning at hand, ratio by ratio, as far as it is known. */
import type { PrunedOf } from "../../../core/provenance.ts";
import type { ModuleKind, Ratio } from "../../../core/unit.ts";
import { IDLE, type Job } from "../../job-state.ts";

export interface CurvePoint {
  readonly of: PrunedOf;
  /** Mean KL over the dense trace, nats. */
  readonly kl: number;
  /** Null while the pruned model's own words are not known. */
  readonly words: PrunedWords | null;
}

export interface PrunedWords {
  /** Whether the pruned model gives the dense model's answer. */
  readonly matches: boolean;
  /** The pruned model's answer; null when it gives none. */
  readonly answer: string | null;
  /** Everything that it says; null when that is what the dense model says. */
  readonly text: string | null;
}

/** What width options do to a plan, beside the method's own at the same ratio. */
export interface WidthsCost {
  /** The plan with the options and the trace, see `prunedKey`. */
  readonly key: string;
  /** The method's own plan: mean KL over the dense trace in nats, and the ratio that it reaches. */
  readonly kl: number;
  readonly reached: Ratio;
  /** Modules that keep more units than in the method's own plan, and fewer, of how many. */
  readonly changed: Readonly<
    Record<ModuleKind, { readonly wider: number; readonly narrower: number; readonly of: number }>
  >;
}

export type CurveState = Job & {
  /** What all points are of, see `curveKey`; null while nothing can be measured. */
  readonly key: string | null;
  /** By ascending ratio, each ratio once. */
  readonly points: readonly CurvePoint[];
  /** Of the plan that was measured with width options last; null before. */
  readonly widths: WidthsCost | null;
};

export const initialCurve: CurveState = { ...IDLE, key: null, points: [], widths: null };

/** Milliseconds without any change of the page after which it measures by itself. */
export const CURVE_REST = 1000;

export interface CurveActions {
  /** To be called whenever anything has changed: shows what is known of the curve at hand, stops, and waits for a rest. */
  settle(): void;
}
