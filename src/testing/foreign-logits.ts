/** What transformers computes, by `training/foreign/logits.py`. For the suite "foreign". */
import { askForeign } from "./foreign.ts";

export interface LogitsRequest {
  /** A checkpoint's folder. */
  readonly model: string;
  /** A plan file, and how it is applied. */
  readonly plan?: string;
  readonly how?: "masks" | "slices";
  /** Whether the folder's own code may run. */
  readonly trust?: boolean;
  /** A folder to save the model to, from which it is then opened again. */
  readonly saved?: string;
  readonly samples: readonly LogitsSample[];
}

export interface LogitsSample {
  readonly prompt: readonly number[];
  /** Normalised pixels of one picture, row-major, with their shape. */
  readonly pixels: readonly number[] | null;
  readonly shape: readonly number[] | null;
  /** Tokens to write after the prompt. */
  readonly tokens: number;
}

export interface LogitsAnswer {
  /** Why it was refused; absent where it was not. */
  readonly error?: string;
  readonly className: string;
  readonly parameters: number;
  /** Of every position of the prompt, one row after another. */
  readonly samples: readonly { readonly logits: readonly number[]; readonly tokens: readonly number[] }[];
}

/** Answers in the order of the requests, all from one process: starting one takes longer than most of them. */
export function askLogits(requests: readonly LogitsRequest[]): Promise<LogitsAnswer[]> {
  return askForeign("logits", requests);
}
