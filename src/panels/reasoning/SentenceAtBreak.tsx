/** Both lines where they part, for the bar under the thumb. */
import { BreakSentence } from "../../charts/lines/BreakSentence.tsx";
import { staleRatio } from "../../state/slices/measurement/measurement.ts";
import { useSelect } from "../use-workbench.ts";
import { useReasoningLines } from "./use-reasoning-lines.ts";

export function SentenceAtBreak() {
  const { lines, line, views } = useReasoningLines();
  const stale = useSelect((state) => staleRatio(state) !== null);
  return <BreakSentence lines={lines} line={line} views={views} stale={stale} />;
}
