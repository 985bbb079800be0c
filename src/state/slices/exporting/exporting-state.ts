/** Writing a smaller model to a file: how far it is, and what came of it. */
import type { PlanOf } from "../../../core/provenance.ts";
import type { ExportFormat, ExportOutcome, ExportProgress } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";

export interface Exported extends ExportOutcome {
  readonly of: PlanOf;
  readonly format: ExportFormat;
  /** Of the zip file. */
  readonly fileName: string;
}

export type ExportingState = Job<ExportProgress> & {
  /** Of the last export that was written whole. */
  readonly outcome: Exported | null;
};

export const initialExporting: ExportingState = { ...IDLE, outcome: null };
