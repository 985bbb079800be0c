/** What this browser keeps of one's work beside models and results of experiments, as the page knows it. */
import type { Failure } from "../../failure.ts";

export type KeptKind = "answers" | "calibration" | "picture" | "pin" | "plan";

/** One thing that is kept, in words. */
export interface KeptItem {
  readonly kind: KeptKind;
  /** Tells it from all others of its kind. */
  readonly id: string;
  readonly title: string;
  readonly details: string;
  readonly bytes: number;
}

export interface KeptState {
  /** Null until they have been read. */
  readonly items: readonly KeptItem[] | null;
  /** What is being removed; its ids. */
  readonly removing: readonly string[];
  readonly failure: Failure | null;
}

export const initialKept: KeptState = { items: null, removing: [], failure: null };
