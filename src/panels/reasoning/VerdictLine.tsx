/**
 * The verdict: answer, statements, mean KL and ratio in one line, perplexity and what is going on in the next. Both
 * lines are there from the beginning, so nothing around them moves.
 */

import { formatNats, formatShare } from "../../charts/format.ts";
import { countClaims, judgedWords, statementsWords } from "../../charts/judge/claim-words.ts";
import { isBusy } from "../../state/job-state.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import { meanKl } from "../../state/slices/measurement/mean-kl.ts";
import { staleRatio } from "../../state/slices/measurement/measurement.ts";
import { verdictSentence } from "../../state/slices/reasoning/answer.ts";
import hidden from "../../styles/hidden.module.css";
import { Alert } from "../Alert.tsx";
import { PinButton } from "../compare/PinButton.tsx";
import { ReloadModel } from "../ReloadModel.tsx";
import controls from "../shared/controls.module.css";
import { useJudgements } from "../use-judgements.ts";
import { useActions, useSelect } from "../use-workbench.ts";
import { waitingText } from "../words.ts";
import styles from "./VerdictLine.module.css";

export function VerdictLine() {
  const { comparison, measurement: actions } = useActions();
  const failure = useSelect((state) => state.measurement.failure);
  const lost = useSelect((state) => state.model.status === "lost");
  const stale = useSelect(staleRatio);
  const compareReason = useSelect(comparisonUnavailable);
  return (
    <div className={styles.verdict}>
      <div className={styles.lines} data-stale={stale !== null || undefined}>
        <FirstLine />
        <SecondLine />
      </div>
      <span className={styles.compare}>
        <PinButton />
        <button
          type="button"
          className={controls.buttonPrimary}
          disabled={compareReason !== null}
          title={compareReason ?? "Let the dense and the pruned model reason side by side"}
          onClick={() => void comparison.start()}
        >
          Compare reasoning
        </button>
      </span>
      {failure && (
        <Alert failure={failure}>
          {lost ? (
            <ReloadModel />
          ) : (
            <button type="button" className={controls.button} onClick={() => actions.retry()}>
              Measure again
            </button>
          )}
        </Alert>
      )}
      <SettledStatus />
    </div>
  );
}

function FirstLine() {
  const shown = useSelect((state) => state.measurement.shown);
  const { dense, pruned } = useJudgements();
  if (!shown) {
    return (
      <p className={styles.first}>
        <span>Measured once the thumb rests.</span>
      </p>
    );
  }
  const { answer } = shown;
  const sentence = answer ? verdictSentence(answer) : "the pruned model is finishing its own answer";
  return (
    <p className={styles.first}>
      <span className={styles.answer} data-matches={answer?.matches} title={sentence}>
        {sentence}
      </span>
      {dense && <span>{statementsWords(dense, pruned, answer !== null && answer.prunedTokens === null)}</span>}
      <span>mean KL {formatNats(meanKl(shown.measurement))} nats</span>
      <span>at {formatShare(shown.of.plan.asked, 1)}</span>
    </p>
  );
}

function SecondLine() {
  const measurement = useSelect((state) => state.measurement);
  const activity = useSelect((state) => state.model.activity);
  const { dense, pruned } = useJudgements();
  const { shown, status } = measurement;
  const busy = status === "resting" || isBusy(measurement);
  const read = pruned ?? dense;
  return (
    <p className={styles.second}>
      {shown && (
        <span>
          perplexity {shown.measurement.perplexity.toFixed(3)} (dense {shown.measurement.densePerplexity.toFixed(3)})
        </span>
      )}
      {shown && read && countClaims(read).unreadable > 0 && (
        <span>
          {pruned ? "pruned" : "dense"} {judgedWords(read)}
        </span>
      )}
      {busy && <span>{status === "waiting" ? waitingText(activity) : "measuring this ratio"}</span>}
    </p>
  );
}

/** Read out politely when a result has settled; silent on every frame before. */
function SettledStatus() {
  const text = useSelect((state) => {
    const { shown, status } = state.measurement;
    if (status !== "done" || !shown?.answer || staleRatio(state) !== null) return "";
    return `At ${formatShare(shown.of.plan.asked)}: ${verdictSentence(shown.answer)}, mean KL ${formatNats(meanKl(shown.measurement))} nats.`;
  });
  return (
    <p role="status" className={hidden.visuallyHidden}>
      {text}
    </p>
  );
}

function comparisonUnavailable({ pruning, reasoning, comparison, model }: WorkbenchState): string | null {
  if (model.status !== "ready") return "The model is not loaded.";
  if (isBusy(comparison)) return "A comparison is running.";
  if (!pruning.frame) return "There is no plan yet: calibrate first.";
  if (reasoning.of === null) return "Ask a question first.";
  return null;
}
