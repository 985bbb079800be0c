/** An experiment's run: start, pause, go on, cancel; how far, how long still; what went wrong and what is kept. */
import type { ReactNode } from "react";
import { formatCount } from "../../charts/format.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import { wholeStatistics } from "../../state/slices/calibration.ts";
import { cellCount, describeExperiment, sampleCount } from "../../state/slices/experiments/experiments-choices.ts";
import { isStale } from "../../state/slices/experiments/experiments-facts.ts";
import type { ExperimentName, ExperimentRun } from "../../state/slices/experiments/experiments-state.ts";
import hidden from "../../styles/hidden.module.css";
import { FailedRun } from "../FailedRun.tsx";
import { Progress } from "../Progress.tsx";
import { missingPlan } from "../plan-context.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { formatRatio, leftText, plural } from "../words.ts";
import { samplesDone } from "./data.ts";
import { MeasuredBefore } from "./MeasuredBefore.tsx";
import styles from "./Run.module.css";

export interface RunProps {
  readonly name: ExperimentName;
  /** What the button says: "Measure the curves". */
  readonly label: string;
  /** What is measured, in a sentence. */
  readonly sentence: string;
  /** The choices. */
  readonly children: ReactNode;
}

export function Run({ name, label, sentence, children }: RunProps) {
  const { experiments } = useActions();
  const run = useSelect((state) => state.experiments.runs[name]);
  const stale = useSelect((state) => isStale(name, state));
  const notKept = useSelect((state) => state.experiments.notKept);
  const reason = useSelect((state) => unavailable(name, state));
  const effort = useSelect((state) => effortText(name, state));
  const { status, failure } = run;
  const busy = status === "running" || status === "paused";
  const goesOn = !stale && (status === "cancelled" || status === "failed") && run.result !== null;
  const measured = !stale && status === "done";
  return (
    <div className={styles.run}>
      <p className={styles.sentence}>{sentence}</p>
      {children}
      {busy ? (
        <div className={styles.busy}>
          <Progress label={label} fraction={fractionOf(run)} text={progressText(run)} />
          {status === "paused" ? (
            <button type="button" className={controls.button} onClick={() => experiments.resume(name)}>
              Resume
            </button>
          ) : (
            <button type="button" className={controls.button} onClick={() => experiments.pause(name)}>
              Pause
            </button>
          )}
          <button type="button" className={controls.button} onClick={() => experiments.cancel(name)}>
            Cancel measuring
          </button>
        </div>
      ) : (
        <div className={`${texts.row} ${styles.row}`}>
          <button
            type="button"
            className={measured ? controls.button : controls.buttonPrimary}
            disabled={reason !== null || measured}
            onClick={() => void experiments.start(name)}
          >
            {goesOn ? "Go on measuring" : label}
          </button>
          <p className={texts.note}>{reason ?? (measured ? measuredText(run) : effort)}</p>
        </div>
      )}
      {goesOn && status === "cancelled" && (
        <p className={texts.note}>Stopped after {measuredText(run)}. What was measured stays.</p>
      )}
      {stale && (
        <p className={texts.noteStrong}>
          {busy ? "It measures" : "Shown is"} what was chosen when it was started{ratioText(run)}; methods, ratios,
          samples or constants at hand are others.
        </p>
      )}
      {failure && <FailedRun failure={failure} onRetry={() => void experiments.start(name)} />}
      <MeasuredBefore name={name} />
      {notKept && <p className={texts.noteStrong}>{notKept}</p>}
      <p role="status" className={hidden.visuallyHidden}>
        {announcement(run)}
      </p>
    </div>
  );
}

/** Why it cannot be started, null where it can. */
export function unavailable(name: ExperimentName, state: WorkbenchState): string | null {
  if (state.model.status !== "ready" || !state.calibration.statistics) return missingPlan(state);
  if (!wholeStatistics(state))
    return "Waits for the whole calibration: so far the plan rests on a part of its samples.";
  if (state.experiments.families?.length === 0)
    return "This model brings no samples to measure on. Use own samples, beside the calibration.";
  if (!describeExperiment(name, state)) return "Choose at least one method and one ratio.";
  return null;
}

/** "9 models × 30 samples · how long shows once it runs": other models take other times. */
function effortText(name: ExperimentName, state: WorkbenchState): string {
  const { families } = state.experiments;
  const description = describeExperiment(name, state);
  const layout = state.model.summary?.layout;
  if (!description || !families || !layout) return "";
  const models = plural(cellCount(description, layout), "model");
  const samples = plural(sampleCount(families, description.samplesPerFamily), "sample");
  return `${models} × ${samples} · how long is known once it runs`;
}

function fractionOf({ progress }: ExperimentRun): number | null {
  return progress && progress.totalUnits > 0 ? progress.doneUnits / progress.totalUnits : null;
}

function progressText({ status, progress }: ExperimentRun): string {
  if (!progress) return status === "paused" ? "paused" : "getting ready";
  const { cell, doneUnits, totalUnits, left } = progress;
  const done = totalUnits > 0 ? ` · ${formatCount(doneUnits)} of ${formatCount(totalUnits)}` : "";
  if (status === "paused") return `paused${done}`;
  return `${cell}${done}${leftText(left)}`;
}

function measuredText({ result }: ExperimentRun): string {
  if (!result) return "nothing";
  return `${plural(result.cells.length, "model")}, ${plural(samplesDone(result), "measurement")} on ${plural(result.samples, "sample")}`;
}

function ratioText({ result }: ExperimentRun): string {
  const description = result?.description;
  return description?.kind === "sweep" && description.ratios.length === 1
    ? `, at ${formatRatio(description.ratios[0] ?? 0)}`
    : "";
}

function announcement({ status, result }: ExperimentRun): string {
  switch (status) {
    case "idle":
    case "waiting":
      return "";
    case "running":
      return "Measuring.";
    case "paused":
      return "Paused.";
    case "done":
      return `Measured on ${plural(result?.samples ?? 0, "sample")}.`;
    case "cancelled":
      return "Stopped.";
    case "failed":
      return "";
  }
}
