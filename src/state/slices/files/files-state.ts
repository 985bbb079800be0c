/** Statistics and plans that somebody opens as files: what is being read, what came of it, and why one was refused. */
import type { Failure } from "../../failure.ts";

export interface FilesState {
  /** The file that is being read; null for none. */
  readonly reading: string | null;
  /** What the last file gave, in a sentence; null after a refusal, or when it was put away. */
  readonly outcome: string | null;
  readonly failure: Failure | null;
}

export const initialFiles: FilesState = { reading: null, outcome: null, failure: null };
