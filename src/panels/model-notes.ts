/** What people should know about how a model runs and is kept, in sentences. */
import type { ModelSummary } from "../engine/contract.ts";

export function notesOn({ backendNote, precisionNote, cacheNote }: ModelSummary): readonly string[] {
  const onCpu = backendNote === "" ? "" : `Runs on the CPU: ${backendNote}`;
  return [onCpu, precisionNote, cacheNote].filter((note) => note !== "");
}
