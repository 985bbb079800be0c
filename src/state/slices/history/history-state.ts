/** What was measured, a line each, over the visits of this browser. */
import type { Failure } from "../../failure.ts";

export interface HistoryEntry {
  /** Of model, plan, picture and question: what is measured again takes its line's place. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What people call the model, and the hash of its weights. */
  readonly model: string;
  readonly weightHash: string;
  /** Name of the method; the file that the plan came from as it stood there, or null. */
  readonly method: string;
  readonly file: string | null;
  readonly asked: number;
  readonly reached: number;
  /** Names the plan, see `planHash`. */
  readonly hash: string;
  readonly picture: string;
  /** Names the picture's pixels, see `nameOfPicture`. */
  readonly content: string;
  readonly question: string;
  readonly matches: boolean;
  /** The final answers of both models; null for none. */
  readonly dense: string | null;
  readonly pruned: string | null;
  /** Mean KL over the trace, nats. */
  readonly meanKl: number;
  /** The address that opened the page as it stood; null where none could, which `unopened` says. */
  readonly link: string | null;
  readonly unopened: string | null;
}

export interface HistoryState {
  /** The latest first; null until they have been read. */
  readonly entries: readonly HistoryEntry[] | null;
  readonly failure: Failure | null;
}

export const initialHistory: HistoryState = { entries: null, failure: null };
