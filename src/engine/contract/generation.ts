/** The text that a model writes. */
import type { Pruning } from "../../core/pruning.ts";

export interface TraceToken {
  readonly id: number;
  /** The text that this token adds to the trace. */
  readonly text: string;
}

export interface Trace {
  /** With the stop token, whose text is empty, when the model gave one. */
  readonly tokens: readonly TraceToken[];
  readonly text: string;
  readonly finish: "stop" | "length";
  /** What wrote it, where it was the sliced weights. */
  readonly weights?: "sliced";
}

export interface GenerateOptions {
  /** The dense model when absent. */
  readonly pruning?: Pruning;
  /** Trace tokens that are taken as given; generation goes on after them. */
  readonly prefix?: readonly number[];
  readonly maximumTokens?: number;
}
