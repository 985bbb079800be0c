/** Layer views of the dense model, computed on request; none of them decides what is pruned. */
import { useMemo } from "react";
import { LayerViews } from "../../charts/experiments/LayerViews.tsx";
import { samplesAtHand } from "../../state/slices/own-samples/own-samples.ts";
import { FailedRun } from "../FailedRun.tsx";
import { Progress } from "../Progress.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { plural, waitingText } from "../words.ts";
import { layerViewData } from "./data.ts";
import experiment from "./experiment.module.css";
import run from "./Run.module.css";

export default function LayersTab() {
  const { layers: actions } = useActions();
  const { status, progress, views, of, failure } = useSelect((state) => state.layers);
  const activity = useSelect((state) => state.model.activity);
  const modelStatus = useSelect((state) => state.model.status);
  const samples = useSelect(samplesAtHand);
  const data = useMemo(() => views && layerViewData(views), [views]);
  const busy = status === "running" || status === "waiting";
  return (
    <div className={experiment.experiment}>
      <div className={run.run}>
        <p className={run.sentence}>
          What each layer of the dense model does, by three measures of other authors. They are for looking only.
        </p>
        {busy ? (
          <div className={run.busy}>
            <Progress
              label="Layer views"
              fraction={progress && progress.total > 0 ? progress.done / progress.total : null}
              text={
                status === "waiting"
                  ? waitingText(activity)
                  : `${progress?.done ?? 0} of ${plural(progress?.total ?? samples, "sample")}`
              }
            />
            <button type="button" className={controls.button} onClick={() => actions.cancel()}>
              Cancel layer views
            </button>
          </div>
        ) : (
          <div className={`${texts.row} ${run.row}`}>
            <button
              type="button"
              className={data ? controls.button : controls.buttonPrimary}
              disabled={modelStatus !== "ready" || samples === 0 || data !== null}
              onClick={() => void actions.start()}
            >
              Compute layer views
            </button>
            <p className={texts.note}>
              {samples === 0 && modelStatus === "ready"
                ? "This model brings no samples to look at. Collect some under Own samples."
                : status === "cancelled"
                  ? "Cancelled. Nothing was computed."
                  : "A pass over samples of the calibration set."}
            </p>
          </div>
        )}
        {failure && <FailedRun failure={failure} onRetry={() => void actions.start()} />}
      </div>
      {data ? (
        <LayerViews
          model={of?.label ?? ""}
          views={data}
          from={`calibration, ${plural(views?.samples ?? 0, "sample")}`}
        />
      ) : (
        <p className={texts.empty}>No layer has been looked at yet.</p>
      )}
    </div>
  );
}
