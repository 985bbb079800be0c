/** The dialog in which a model is opened, and the line that stands for it while it is put away. */
import { formatBytes } from "../core/format-bytes.ts";
import { dialogShown, resumable } from "../state/slices/model/model-opening-steps.ts";
import { fractionOf } from "../state/slices/model/model-transfer.ts";
import hidden from "../styles/hidden.module.css";
import { Alert } from "./Alert.tsx";
import { ForgetKept } from "./ForgetKept.tsx";
import modelStatus from "./ModelStatus.module.css";
import styles from "./OpeningStatus.module.css";
import { PanelBoundary } from "./PanelBoundary.tsx";
import { PartPanel } from "./PartPanel.tsx";
import { Progress } from "./Progress.tsx";
import { openModelLabel } from "./plan-context.ts";
import controls from "./shared/controls.module.css";
import { createPartStore } from "./use-part.ts";
import { useActions, useSelect } from "./use-workbench.ts";
import { transferMilestone, transferText } from "./words.ts";

const dialog = createPartStore(() => import("./open-model/OpenModelDialog.tsx"));

export function OpeningStatus() {
  const { opening: actions } = useActions();
  const shown = useSelect(({ opening }) => dialogShown(opening.current));
  if (!shown) return <Line />;
  return (
    <PanelBoundary name="The dialog to open a model">
      <PartPanel store={dialog} name="The dialog to open a model" onClose={actions.hide} />
    </PanelBoundary>
  );
}

function Line() {
  const { opening: actions } = useActions();
  const current = useSelect(({ opening }) => opening.current);
  const summary = useSelect((state) => state.model.summary);
  const label = useSelect(openModelLabel);
  const stay = (
    <button type="button" className={controls.button} onClick={() => actions.hide()}>
      {summary ? `Stay with ${label}` : "Dismiss"}
    </button>
  );
  switch (current.step) {
    case "inspecting":
    case "loading": {
      const { name } = current.source;
      const transfer = current.step === "loading" ? current.transfer : null;
      return (
        <div className={`${modelStatus.status} ${styles.line}`}>
          <Progress
            label={`Opening ${name}`}
            fraction={fractionOf(transfer)}
            text={`${name}: ${transferText(transfer)}`}
          />
          <p className={hidden.visuallyHidden} role="status">
            {transferMilestone(name, transfer)}
          </p>
          <button type="button" className={controls.button} onClick={() => actions.cancel()}>
            Cancel
          </button>
          {current.step === "loading" && current.notice && <Alert failure={current.notice} />}
        </div>
      );
    }
    case "paused":
      return (
        <div className={`${modelStatus.status} ${styles.line}`}>
          <p>
            Opening {current.source.name} was cancelled
            {current.kept !== null &&
              (current.kept > 0 ? `; ${formatBytes(current.kept)} are kept` : "; nothing is kept")}
            .
          </p>
          <button type="button" className={controls.button} onClick={() => void actions.load()}>
            Resume
          </button>
          {stay}
        </div>
      );
    case "failed":
      return (
        <div className={modelStatus.status}>
          <Alert failure={current.failure}>
            {current.source.kind !== "files" && (
              <button type="button" className={controls.buttonPrimary} onClick={() => void actions.load()}>
                {resumable(current) ? "Resume" : "Try again"}
              </button>
            )}
            <ForgetKept source={current.source} />
            {stay}
          </Alert>
        </div>
      );
    default:
      return null;
  }
}
