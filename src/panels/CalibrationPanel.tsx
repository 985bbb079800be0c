/** Calibration: what runs, how far, how long still; what it left, and whether that still fits the constants. */
import { calibrationOutdated } from "../state/calibration.ts";
import { Alert } from "./Alert.tsx";
import { Progress } from "./Progress.tsx";
import { ReloadModel } from "./ReloadModel.tsx";
import { useActions, useSelect } from "./use-workbench.ts";
import { calibrationText, formatDuration, plural, waitingText } from "./words.ts";

export function CalibrationPanel() {
  const { calibration: actions } = useActions();
  const calibration = useSelect((state) => state.calibration);
  const activity = useSelect((state) => state.model.activity);
  const outdated = useSelect(calibrationOutdated);
  const lost = useSelect((state) => state.model.status === "lost");
  const reason = useSelect((state) => {
    if (state.model.status !== "ready") return "The model is not loaded.";
    return state.model.summary?.calibrationSamples === 0 ? "This model's folder has no calibration set." : null;
  });
  const busy = calibration.status === "running" || calibration.status === "waiting";
  const { statistics, seconds, progress } = calibration;

  return (
    <section className="calibration" aria-labelledby="calibration-title">
      <div className="row">
        <h2 id="calibration-title" className="panel-title">
          Calibration
        </h2>
        {busy ? (
          <button type="button" className="button" onClick={() => actions.cancel()}>
            Cancel
          </button>
        ) : (
          <button
            type="button"
            className={outdated || !statistics ? "button button-primary" : "button"}
            disabled={reason !== null}
            title={reason ?? "Measure what every neuron and head contributes, on the model's calibration set"}
            onClick={() => void actions.start()}
          >
            Calibrate
          </button>
        )}
      </div>
      {calibration.status === "waiting" && <p className="note">{waitingText(activity)}</p>}
      {calibration.status === "running" && (
        <Progress
          label="Calibration"
          fraction={progress?.fraction ?? null}
          text={progress ? calibrationText(progress, calibration.secondsLeft) : "reading the calibration set"}
        />
      )}
      {!busy && statistics && (
        <p className="note">
          {plural(statistics.samples, "sample")} in {plural(statistics.batches, "batch", "batches")},{" "}
          {statistics.pivotBatches} with pivots
          {seconds !== null && ` · took ${formatDuration(seconds)}`}
        </p>
      )}
      {outdated && !busy && (
        <p className="note note-strong">Made with other constants. The plan uses it until you calibrate again.</p>
      )}
      {calibration.status === "cancelled" && (
        <p className="note">
          {statistics
            ? "Cancelled; the calibration before it is in use."
            : "Cancelled. Nothing is planned until it has run."}
        </p>
      )}
      {calibration.failure && <Alert failure={calibration.failure}>{lost && <ReloadModel />}</Alert>}
    </section>
  );
}
