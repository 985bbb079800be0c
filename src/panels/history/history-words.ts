/** A line of the history in words, and the way to the next one. */
import { NO_ANSWER } from "../../core/metrics/answer.ts";
import type { HistoryEntry } from "../../state/slices/history/history-state.ts";

/** "same: three", "three → two", "three → (gives no answer)". */
export function answerText({ matches, dense, pruned }: Pick<HistoryEntry, "matches" | "dense" | "pruned">): string {
  const said = (answer: string | null) => answer ?? NO_ANSWER;
  return matches ? `same: ${said(dense)}` : `${said(dense)} → ${said(pruned)}`;
}

/** The line that a key leads to from the one at `place`, null for other keys. */
export function lineAfterKey(key: string, place: number, count: number): number | null {
  if (key === "ArrowDown") return Math.min(place + 1, count - 1);
  if (key === "ArrowUp") return Math.max(place - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
