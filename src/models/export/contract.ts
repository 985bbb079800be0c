/** What every export is: files whose bytes are made while they are written. */
import type { Plan } from "../../core/plan.ts";
import type { Pruning } from "../../core/pruning.ts";
import type { UnitLayout } from "../../core/unit.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { WeightsProgress } from "../weights.ts";
import type { NumberFormat } from "./number-format.ts";

/** Formats, by what loads them. */
export type ExportFormat = "transformers" | "onnx" | "gguf";

/** What an export is made from. */
export interface ExportSource {
  /** The original, opened. */
  readonly checkpoint: Checkpoint;
  /** Hex SHA-256 of its weights, see `Weights.read`. */
  readonly weightHash: string;
  /** Of the original. */
  readonly layout: UnitLayout;
  /** Made for these weights, see `checkPlanModel`. */
  readonly plan: Plan;
  /** What it takes out, see `planPruning`. */
  readonly pruning: Pruning;
  /** Numbers that were measured, for the README of the export: a sentence each, which says on what. */
  readonly measured?: readonly string[];
}

export interface ExportOptions {
  /** Of all matrices; "stored": as the original has them. */
  readonly precision: NumberFormat | "stored";
  /** Of what is read before the first file, see `openSlicedWeights`. */
  readonly onProgress?: WeightsProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes one format's files, in the order in which they are to be written: what makes a folder of them loadable comes last.
 * @throws PivotscopeError `unsupported` for a model that the format cannot hold, naming what; what reading throws.
 */
export type MakeExport = (source: ExportSource, options: ExportOptions) => Promise<readonly ExportedFile[]>;

/** A file of an export. */
export interface ExportedFile {
  /** Within the export's folder, with `/` between its parts. */
  readonly path: string;
  /** Exact length in bytes, known before the first byte is made. */
  readonly bytes: number;
  /**
   * Its bytes in order, piece by piece; made anew at every call. Pieces may be overwritten once the next is asked for.
   * @throws PivotscopeError what reading the original's weights throws; `cancelled`.
   */
  stream(signal?: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** A file that is there already. @param content UTF-8 for a text. */
export function fileOf(path: string, content: string | Uint8Array<ArrayBuffer>): ExportedFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    path,
    bytes: bytes.length,
    async *stream() {
      yield bytes;
    },
  };
}
