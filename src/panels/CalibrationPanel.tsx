/** Calibration: what runs, how far, how long still; what it left, and whether that still fits the constants. */

import { isBusy } from "../state/job-state.ts";
import { calibratedElsewhere, calibrationOutdated, keptSamples } from "../state/slices/calibration.ts";
import { samplesAtHand, usedCount } from "../state/slices/own-samples/own-samples.ts";
import { AskingButton } from "./AskingButton.tsx";
import styles from "./CalibrationPanel.module.css";
import { FailedRun } from "./FailedRun.tsx";
import { PartPanel } from "./PartPanel.tsx";
import { Progress } from "./Progress.tsx";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { createPartStore } from "./use-part.ts";
import { useActions, useSelect } from "./use-workbench.ts";
import { calibrationText, convergenceText, plural, statisticsText, waitingText } from "./words.ts";

const dialog = createPartStore(() => import("./own-samples/OwnSamplesDialog.tsx"));

export function CalibrationPanel() {
  const { calibration: actions } = useActions();
  const calibration = useSelect((state) => state.calibration);
  const activity = useSelect((state) => state.model.activity);
  const outdated = useSelect(calibrationOutdated);
  const reason = useSelect((state) => {
    if (state.model.status !== "ready") return "The model is not loaded.";
    return samplesAtHand(state) > 0 ? null : "There are no samples to calibrate on.";
  });
  const elsewhere = useSelect(calibratedElsewhere);
  const kept = useSelect(keptSamples);
  const busy = isBusy(calibration);
  const { statistics, progress } = calibration;

  return (
    <section className={styles.calibration} aria-labelledby="calibration-title">
      <div className={texts.row}>
        <h2 id="calibration-title" className={texts.panelTitle}>
          Calibration
        </h2>
        {busy ? (
          <button
            type="button"
            className={controls.button}
            title="What is summed stays in use"
            onClick={() => actions.cancel()}
          >
            Cancel
          </button>
        ) : (
          <button
            type="button"
            className={outdated || !statistics || kept ? controls.buttonPrimary : controls.button}
            disabled={reason !== null}
            title={reason ?? "Measure what every neuron and head contributes, on these samples"}
            onClick={() => void actions.start()}
          >
            {kept ? "Continue" : "Calibrate"}
          </button>
        )}
      </div>
      <SampleSet />
      {calibration.status === "waiting" && <p className={texts.note}>{waitingText(activity)}</p>}
      {calibration.status === "running" && (
        <Progress
          label="Calibration"
          fraction={progress === null || progress.pass === "traces" ? null : progress.fraction}
          text={progress ? calibrationText(progress, progress.left) : "reading the calibration set"}
        />
      )}
      {busy && <Going />}
      {statistics && (!busy || calibration.partOf !== null) && (
        <p className={texts.note}>{statisticsText(statistics, calibration)}</p>
      )}
      {calibration.convergence && <p className={texts.note}>{convergenceText(calibration.convergence)}</p>}
      {outdated && !busy && (
        <p className={texts.noteStrong}>
          Made {elsewhere ? "on other samples" : "with other constants"}. The plan uses it until you calibrate again.
        </p>
      )}
      {!busy && kept && (
        <div className={texts.row}>
          <p className={texts.note}>
            {kept.done} of {plural(kept.of, "sample")} are summed; <em>Continue</em> goes on from there.
          </p>
          <AskingButton
            label="Start over"
            title="Forget what is summed, and calibrate from the first sample on"
            disabled={reason !== null}
            question={`Forget ${plural(kept.done, "sample")}?`}
            yes="Forget"
            no="Keep"
            onYes={() => void actions.startOver()}
          />
        </div>
      )}
      {calibration.status === "cancelled" && (
        <p className={texts.note}>{cancelledWords(statistics !== null, calibration.partOf !== null && !outdated)}</p>
      )}
      {calibration.failure && <FailedRun failure={calibration.failure} onRetry={() => void actions.start()} />}
    </section>
  );
}

/** Where the run at hand began, what it went on after, and whether it could again. */
function Going() {
  const from = useSelect(({ calibration: { progress } }) => progress?.from ?? 0);
  const samples = useSelect(({ calibration: { progress } }) => progress?.samples ?? 0);
  const interruption = useSelect((state) => state.calibration.interruption);
  const notKept = useSelect((state) => state.calibration.notKept);
  return (
    <>
      {interruption !== null && <p className={texts.note}>{interruption} The model is opened again.</p>}
      {from > 0 && (
        <p className={texts.note}>
          Goes on from {from} of {plural(samples, "sample")}.
        </p>
      )}
      {notKept !== null && <p className={texts.note}>{notKept}</p>}
    </>
  );
}

/** On which samples the model is calibrated, and the way to own ones; the way to go where the model brings none. */
function SampleSet() {
  const { ownSamples: actions } = useActions();
  const open = useSelect((state) => state.ownSamples.open);
  const used = useSelect(usedCount);
  const some = useSelect((state) => state.model.status !== "ready" || samplesAtHand(state) > 0);
  return (
    <div className={some ? texts.row : undefined}>
      <p className={some ? texts.note : texts.noteStrong}>{setWords(used, some)}</p>
      <button
        type="button"
        className={some ? controls.button : controls.buttonPrimary}
        aria-haspopup="dialog"
        onClick={() => actions.setOpen(true)}
      >
        Own samples
      </button>
      {open && <PartPanel store={dialog} name="Own samples" onClose={() => actions.setOpen(false)} />}
    </div>
  );
}

function cancelledWords(some: boolean, ofThis: boolean): string {
  if (ofThis) return "Stopped early: the plan rests on the samples that are in.";
  return some ? "Cancelled; the calibration before it is in use." : "Cancelled. Nothing is planned until it has run.";
}

function setWords(used: number | null, some: boolean): string {
  if (used !== null) return `On ${plural(used, "own sample")}`;
  if (some) return "On the model's set";
  return "This model brings no samples. Calibrate on pictures and questions of your own.";
}
