/** What it does to the reasoning: verdict, the dense trace shaded by KL, and the distribution of KL. */

import { formatNats, formatShare } from "../charts/format.ts";
import { JudgeChart } from "../charts/judge/JudgeChart.tsx";
import { claimsTrue } from "../charts/judge/judge.ts";
import { KlDistribution } from "../charts/kl/KlDistribution.tsx";
import { ReasoningChart } from "../charts/trace/ReasoningChart.tsx";
import { isBusy } from "../state/job-state.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { shownScene } from "../state/slices/input/scene-questions.ts";
import { staleRatio } from "../state/slices/measurement/measurement.ts";
import { methodLabel } from "../state/slices/pruning/method.ts";
import { verdictSentence } from "../state/slices/reasoning/answer.ts";
import hidden from "../styles/hidden.module.css";
import { Alert } from "./Alert.tsx";
import { PanelBoundary } from "./PanelBoundary.tsx";
import { PartMissing } from "./PartMissing.tsx";
import { modelLabel } from "./plan-context.ts";
import styles from "./ReasoningPanel.module.css";
import { ReloadModel } from "./ReloadModel.tsx";
import columns from "./shared/columns.module.css";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { requestJudge, useJudgements } from "./use-judgements.ts";
import { useActions, useSelect, useSelectShallow } from "./use-workbench.ts";
import { waitingText } from "./words.ts";

export function ReasoningPanel() {
  return (
    <div className={`${columns.column} ${columns.columnReasoning} ${columns.panel}`}>
      <Verdict />
      <Reasoning />
      <Distribution />
      <PanelBoundary name="The judge">
        <Judge />
      </PanelBoundary>
    </div>
  );
}

function Verdict() {
  const { comparison, measurement: actions } = useActions();
  const measurement = useSelect((state) => state.measurement);
  const stale = useSelect(staleRatio);
  const activity = useSelect((state) => state.model.activity);
  const lost = useSelect((state) => state.model.status === "lost");
  const compareReason = useSelect(comparisonUnavailable);
  const { shown, status, failure } = measurement;
  const busy = status === "resting" || isBusy(measurement);

  return (
    <div className={styles.verdict}>
      <div className={styles.text} data-stale={stale !== null || undefined}>
        {shown ? (
          <>
            <p className={styles.answer} data-matches={shown.answer?.matches}>
              {shown.answer ? verdictSentence(shown.answer) : "the pruned model is finishing its own answer"}
            </p>
            <p className={texts.note}>
              at {formatShare(shown.ratio, 1)} · mean KL {formatNats(mean(shown.measurement.kl))} nats · perplexity{" "}
              {shown.measurement.perplexity.toFixed(3)} (dense {shown.measurement.densePerplexity.toFixed(3)})
            </p>
          </>
        ) : (
          <p className={texts.note}>Measured once the thumb rests.</p>
        )}
        <PanelBoundary name="The judge">
          <ClaimsTrue />
        </PanelBoundary>
        <p className={`${texts.note} ${styles.busy}`}>
          {busy && (status === "waiting" ? waitingText(activity) : "measuring this ratio")}
        </p>
      </div>
      <button
        type="button"
        className={controls.buttonPrimary}
        disabled={compareReason !== null}
        title={compareReason ?? "Let the dense and the pruned model reason side by side"}
        onClick={() => void comparison.start()}
      >
        Compare reasoning
      </button>
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

/** The judge's shortest word, where the eye is while the thumb moves; the whole of it stands below. */
function ClaimsTrue() {
  const { dense, pruned } = useJudgements();
  if (!dense) return null;
  return (
    <p className={texts.note}>
      claims true of the scene: {claimsTrue(dense)}
      {pruned && `, pruned ${claimsTrue(pruned)}`}
    </p>
  );
}

/** Read out politely when a result has settled; silent on every frame before. */
function SettledStatus() {
  const text = useSelect((state) => {
    const { shown, status } = state.measurement;
    if (status !== "done" || !shown?.answer || staleRatio(state) !== null) return "";
    return `At ${formatShare(shown.ratio)}: ${verdictSentence(shown.answer)}, mean KL ${formatNats(mean(shown.measurement.kl))} nats.`;
  });
  return (
    <p role="status" className={hidden.visuallyHidden}>
      {text}
    </p>
  );
}

function Reasoning() {
  const { reasoning: actions } = useActions();
  const reasoning = useSelect((state) => state.reasoning);
  const measured = useSelect(shownForTrace);
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  const lost = useSelect((state) => state.model.status === "lost");
  const activity = useSelect((state) => state.model.activity);
  const busy = isBusy(reasoning);
  return (
    <div>
      <ReasoningChart
        context={context}
        staleRatio={stale}
        tokens={reasoning.tokens}
        pivots={reasoning.pivots}
        measurement={measured?.measurement ?? null}
        argmaxTexts={measured?.measurement.argmaxTexts ?? null}
        streaming={busy}
      />
      {busy && (
        <div className={texts.row}>
          <p className={texts.note}>
            {reasoning.status === "waiting" ? waitingText(activity) : "the dense model is reasoning"}
          </p>
          <button type="button" className={controls.button} onClick={() => actions.cancel()}>
            Stop reasoning
          </button>
        </div>
      )}
      {reasoning.pivotsFallback && (
        <p className={texts.note}>Too few markers in this trace: its pivots are the boundaries of its thirds.</p>
      )}
      {reasoning.trace?.finish === "length" && (
        <p className={texts.note}>The trace was cut at the model's limit of tokens.</p>
      )}
      {reasoning.status === "cancelled" && (
        <div className={texts.row}>
          <p className={texts.note}>Stopped before its end.</p>
          <button type="button" className={controls.button} onClick={() => void actions.start()}>
            Reason again
          </button>
        </div>
      )}
      {reasoning.failure && (
        <Alert failure={reasoning.failure}>
          {lost ? (
            <ReloadModel />
          ) : (
            <button type="button" className={controls.button} onClick={() => void actions.start()}>
              Reason again
            </button>
          )}
        </Alert>
      )}
    </div>
  );
}

/** Only where there is a scene to judge by. */
function Judge() {
  const scene = useSelect(shownScene);
  const { dense, pruned, failure } = useJudgements();
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  if (scene === null) return null;
  if (failure) return <PartMissing name="The judge" failure={failure} onRetry={requestJudge} />;
  const columns = [
    ...(dense ? [{ name: "dense", judgement: dense }] : []),
    ...(dense && pruned ? [{ name: "pruned", judgement: pruned }] : []),
  ];
  return (
    <JudgeChart
      context={context}
      staleRatio={stale}
      columns={columns}
      empty="Judged when the reasoning has come to its end."
    />
  );
}

function Distribution() {
  const measured = useSelect(shownForTrace);
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  return <KlDistribution context={context} staleRatio={stale} values={measured?.measurement.kl ?? null} />;
}

function shownForTrace({ measurement, reasoning }: WorkbenchState) {
  const { shown } = measurement;
  return shown && shown.inputKey === reasoning.inputKey && reasoning.trace ? shown : null;
}

/** The trace itself is the dense model's; once it is measured, the measurement's method and ratio stand on it. */
function measuredContext(state: WorkbenchState) {
  const shown = shownForTrace(state);
  return {
    model: modelLabel(state),
    method: shown ? methodLabel(shown.method) : "dense",
    ratio: shown ? shown.ratio : 0,
  };
}

function comparisonUnavailable({ pruning, reasoning, comparison, model }: WorkbenchState): string | null {
  if (model.status !== "ready") return "The model is not loaded.";
  if (isBusy(comparison)) return "A comparison is running.";
  if (!pruning.frame) return "There is no plan yet: calibrate first.";
  if (reasoning.inputKey === null) return "Ask a question first.";
  return null;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  return values.length > 0 ? sum / values.length : 0;
}
