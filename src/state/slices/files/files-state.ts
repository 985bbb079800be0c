/** Statistics, plans and sessions that somebody opens as files: what is being read, what came of it, and why one was refused. */
import type { Failure } from "../../failure.ts";
import type { OpenedSession } from "../../session/saved-run.ts";

export interface FilesState {
  /** The file that is being read; null for none. */
  readonly reading: string | null;
  /** What the last file gave, in a sentence; null after a refusal, or when it was put away. */
  readonly outcome: string | null;
  readonly failure: Failure | null;
  /** The session that was opened last, and how its result compares when it is run again. */
  readonly session: OpenedSession | null;
}

export const initialFiles: FilesState = { reading: null, outcome: null, failure: null, session: null };
