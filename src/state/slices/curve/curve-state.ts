/** This picture's curve: what pruning does to the reasoning at hand, ratio by ratio, as far as it is known. */
import type { PrunedOf } from "../../../core/provenance.ts";
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

export type CurveState = Job & {
  /** What all points are of, see `curveKey`; null while nothing can be measured. */
  readonly key: string | null;
  /** By ascending ratio, each ratio once. */
  readonly points: readonly CurvePoint[];
};

export const initialCurve: CurveState = { ...IDLE, key: null, points: [] };

/** Milliseconds without any change of the page after which it measures by itself. */
export const CURVE_REST = 1000;

export interface CurveActions {
  /** To be called whenever anything has changed: shows what is known of the curve at hand, stops, and waits for a rest. */
  settle(): void;
}
