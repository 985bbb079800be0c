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
import styles from "./Lines.module.css";
import { measuredContext } from "./measured.ts";
import { useReasoningLines } from "./use-reasoning-lines.ts";

export function Lines() {
  const { reasoning: actions } = useActions();
  const reasoning = useSelect((state) => state.reasoning);
  const lines = useReasoningLines();
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  const lost = useSelect((state) => state.model.status === "lost");
  const busy = isBusy(reasoning);
  const dense = busy || reasoning.status === "cancelled" ? <DenseStatus /> : null;
  return (
    <div>
      <LinesChart context={context} staleRatio={stale} {...lines} streaming={busy} status={dense} />
      {reasoning.pivotsFallback && (
        <p className={texts.note}>Too few markers in this trace: its pivots are the boundaries of its thirds.</p>
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

/** What the dense model is doing, in the place of the sentence about its words. */
function DenseStatus() {
  const { reasoning: actions } = useActions();
  const status = useSelect((state) => state.reasoning.status);
  const activity = useSelect((state) => state.model.activity);
  if (status === "waiting" || status === "running") {
    return (
      <p className={styles.status}>
        {status === "waiting" ? waitingText(activity) : "the dense model is reasoning"}
        <button type="button" className={controls.button} onClick={() => actions.cancel()}>
          Stop reasoning
        </button>
      </p>
    );
  }
  return (
    <p className={styles.status}>
      Stopped before its end.
      <button type="button" className={controls.button} onClick={() => void actions.start()}>
        Reason again
      </button>
    </p>
  );
}
