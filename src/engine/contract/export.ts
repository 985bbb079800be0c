/** Writing a smaller model to a file: what is asked, what is said on the way, what comes of it. */
import type { Plan } from "../../core/plan.ts";
import type { ExportFormat } from "../../models/export/contract.ts";

export type { ExportFormat };

/** How numbers are written; "stored": as the original has them. */
export type ExportPrecision = "stored" | "F32" | "F16" | "BF16";

export interface ExportOrder {
  readonly format: ExportFormat;
  readonly precision: ExportPrecision;
  /** Made for the model that is loaded. */
  readonly plan: Plan;
  /** Name of the folder within the zip file. */
  readonly name: string;
  /** What was measured of it, a sentence each, for its README. */
  readonly measured: readonly string[];
  /** A file that somebody chose to write to; null: the worker keeps one, and hands it over when it is whole. */
  readonly to: FileSystemFileHandle | null;
}

export interface ExportProgress {
  readonly stage: "reading" | "writing";
  /** Bytes. */
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
  /** The file at hand. */
  readonly item: string;
}

export interface ExportOutcome {
  /** Of the zip file. */
  readonly bytes: number;
  /** Paths within it. */
  readonly files: readonly string[];
  /** The whole zip file, where it was not written to one that somebody chose. */
  readonly file: Blob | null;
}
