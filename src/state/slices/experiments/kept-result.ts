/** What is known of a result that this browser keeps. */
import type { ExperimentDescription } from "../../../core/experiments/experiment.ts";

/** One kept result, as the list says it. */
export interface KeptResult {
  readonly key: string;
  /** Null for what another version of the page has kept. */
  readonly about: {
    readonly model: string;
    readonly description: ExperimentDescription;
    /** Models and samples that were measured, and measurements so far. */
    readonly cells: number;
    readonly samples: number;
    readonly measured: number;
  } | null;
  readonly bytes: number;
  /** When it was last added to, milliseconds since 1970; null when unknown. */
  readonly at: number | null;
}
