/** The sliced model, as the page knows it. */
import type { PlanOf } from "../../../core/provenance.ts";
import type { SliceCheck, SliceProgress, SliceSummary } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";

export type SlicingState = Job<SliceProgress> & {
  /** Whose the sliced weights are; null while there are none. */
  readonly of: PlanOf | null;
  readonly summary: SliceSummary | null;
  /** How they were held against masks, and on which picture and question; null where they were not. */
  readonly check: { readonly input: string; readonly found: SliceCheck } | null;
  /** Whether the dense weights were given up for them, also where slicing failed after that. */
  readonly released: boolean;
};

export const initialSlicing: SlicingState = { ...IDLE, of: null, summary: null, check: null, released: false };
