/** What the pruned model says where it leaves the path, and its answer; all of it stands in the stage as well. */
import { verdictSentence } from "../state/slices/reasoning/answer.ts";
import { SentenceAtBreak } from "./reasoning/SentenceAtBreak.tsx";
import styles from "./ThumbWords.module.css";
import { useSelect } from "./use-workbench.ts";

export default function ThumbWords() {
  const answer = useSelect((state) => state.measurement.shown?.answer ?? null);
  return (
    <div className={styles.bar} aria-hidden="true">
      <SentenceAtBreak />
      <p className={styles.answer} data-matches={answer?.matches}>
        {answer ? verdictSentence(answer) : "measured once the thumb rests"}
      </p>
    </div>
  );
}
