/** What is being opened, and what went wrong with the model: a few lines under the header, gone when all is well. */
import { useState } from "react";
import { Alert } from "./Alert.tsx";
import { ForgetKept } from "./ForgetKept.tsx";
import styles from "./ModelStatus.module.css";
import { OpeningStatus } from "./OpeningStatus.tsx";
import { PartPanel } from "./PartPanel.tsx";
import controls from "./shared/controls.module.css";
import { createPartStore } from "./use-part.ts";
import { useActions, useSelect } from "./use-workbench.ts";

const fileStatus = createPartStore(() => import("./FileStatus.tsx"));

export function ModelStatus() {
  return (
    <>
      <OpeningStatus />
      <StatusAtHand />
      <Files />
    </>
  );
}

/** Of the model at hand, whatever is being opened beside it. */
function StatusAtHand() {
  const { model: actions } = useActions();
  const { status, failure, source } = useSelect((state) => state.model);
  if (status === "lost") {
    // The message and its button stand beside the work that broke off.
    return (
      <p className={`${styles.status} ${styles.small}`}>
        The model has stopped. What it computed before is still shown.
      </p>
    );
  }
  if (failure && status === "failed") {
    return (
      <div className={styles.status}>
        <Alert failure={failure}>
          <button type="button" className={controls.buttonPrimary} onClick={() => void actions.reload()}>
            Reload model
          </button>
          <ForgetKept source={source} />
          {failure.code === "no-webgpu" && (
            <button type="button" className={controls.button} onClick={() => void actions.reloadOn("cpu")}>
              Use the CPU
            </button>
          )}
        </Alert>
      </div>
    );
  }
  return null;
}

/** Of the statistics and plans that were opened as files, from the first one on, and of a file's plan that came back. */
function Files() {
  const wanted = useSelect(
    ({ files, pruning }) =>
      files.reading !== null || files.outcome !== null || files.failure !== null || pruning.opened !== null,
  );
  const [shown, setShown] = useState(wanted);
  if (wanted && !shown) setShown(true);
  return shown && <PartPanel store={fileStatus} name="Opened files" />;
}
