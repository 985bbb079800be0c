/** The reasoning at hand: the dense model's words, and under them the pruned model's. */

import { LinesChart } from "../../charts/lines/LinesChart.tsx";
import { isBusy } from "../../state/job-state.ts";
import { staleRatio } from "../../state/slices/measurement/measurement.ts";
import { Alert } from "../Alert.tsx";
import { ReloadModel } from "../ReloadModel.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect, useSelectShallow } from "../use-workbench.ts";
import { waitingText } from "../words.ts";
import { measuredContext } from "./measured.ts";
import { useReasoningLines } from "./use-reasoning-lines.ts";

export function Lines() {
  const { reasoning: actions } = useActions();
  const reasoning = useSelect((state) => state.reasoning);
  const lines = useReasoningLines();
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  const lost = useSelect((state) => state.model.status === "lost");
  const activity = useSelect((state) => state.model.activity);
  const busy = isBusy(reasoning);
  return (
    <div>
      <LinesChart context={context} staleRatio={stale} {...lines} streaming={busy} />
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
