/** Leaving with a smaller model: in which format, how large it gets, and the way to the file. */
import { useId, useLayoutEffect, useRef, useState } from "react";
import type { ExportFormat, ExportPrecision } from "../../engine/contract.ts";
import { removeUnwritten } from "../../models/export/remove-unwritten.ts";
import { isBusy } from "../../state/job-state.ts";
import { exportOrder } from "../../state/slices/exporting/export-order.ts";
import { Alert } from "../Alert.tsx";
import controls from "../shared/controls.module.css";
import dialogs from "../shared/dialog.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect, useWorkbench } from "../use-workbench.ts";
import { waitingText } from "../words.ts";
import styles from "./ExportDialog.module.css";
import { ExportProgressBar, ExportResult } from "./ExportStatus.tsx";
import { chooseFile, saveAsDownload } from "./export-file.ts";
import { FORMATS, PRECISIONS, planWords, sizeWords } from "./export-words.ts";

export default function ExportDialog() {
  const { preferences, exporting: actions } = useActions();
  const exporting = useSelect((state) => state.exporting);
  const activity = useSelect((state) => state.model.activity);
  const of = useSelect((state) => state.pruning.of);
  const frame = useSelect((state) => state.pruning.frame);
  const layout = useSelect((state) => state.model.summary?.layout ?? null);
  const [format, setFormat] = useState<ExportFormat>("transformers");
  const [precision, setPrecision] = useState<ExportPrecision>("stored");
  const { store } = useWorkbench();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  const busy = isBusy(exporting);
  const close = () => preferences.open(null);

  const save = async () => {
    // Before anything else: the plan is that of the moment of the press.
    const asked = exportOrder(store.getState(), { format, precision });
    if (!asked) return;
    const to = await chooseFile(asked.fileName);
    if (to === "called-off") return;
    await actions.start({ ...asked, order: { ...asked.order, to } });
    // Whether the dialog is still open or not.
    const { status, outcome } = store.getState().exporting;
    if (status === "done") saveAsDownload(outcome);
    else if (to) await removeUnwritten(to);
  };
  return (
    <dialog
      ref={dialog}
      className={`${dialogs.dialog} ${styles.dialog}`}
      aria-labelledby={`${id}-title`}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div className={texts.row}>
        <h2 id={`${id}-title`} className={texts.dialogTitle}>
          Export the smaller model
        </h2>
        <button type="button" className={controls.button} onClick={close}>
          Close
        </button>
      </div>
      {of && frame && layout ? (
        <p className={texts.note}>
          {planWords(of)}. {sizeWords(layout, frame.keptParameters)}
        </p>
      ) : (
        <p className={texts.noteStrong}>There is no plan to export yet.</p>
      )}
      <fieldset className={styles.formats} disabled={busy}>
        <legend className={texts.panelTitle}>Format</legend>
        {FORMATS.map(({ name, title, text }) => (
          <div key={name}>
            <label className={styles.format}>
              <input
                type="radio"
                name={`${id}-format`}
                checked={format === name}
                aria-describedby={`${id}-${name}`}
                onChange={() => setFormat(name)}
              />
              {title}
            </label>
            <p id={`${id}-${name}`} className={`${texts.note} ${styles.about}`}>
              {text}
            </p>
          </div>
        ))}
      </fieldset>
      <label className={texts.row}>
        <span>Numbers</span>
        <select
          className={controls.select}
          value={precision}
          disabled={busy}
          onChange={(event) => setPrecision(event.currentTarget.value as ExportPrecision)}
        >
          {PRECISIONS.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <div className={texts.row}>
        {busy ? (
          <button type="button" className={controls.button} onClick={() => actions.cancel()}>
            Cancel
          </button>
        ) : (
          <button type="button" className={controls.buttonPrimary} disabled={!of} onClick={() => void save()}>
            Save zip file
          </button>
        )}
        {exporting.outcome?.file && !busy && (
          <button type="button" className={controls.button} onClick={() => saveAsDownload(exporting.outcome)}>
            Download again
          </button>
        )}
      </div>
      {exporting.status === "waiting" && <p className={texts.note}>{waitingText(activity)}</p>}
      {exporting.status === "running" && <ExportProgressBar progress={exporting.progress} />}
      {exporting.status === "cancelled" && (
        <p className={texts.note} role="status">
          Cancelled; nothing was left behind.
        </p>
      )}
      {exporting.failure && <Alert failure={exporting.failure} />}
      {exporting.status === "done" && exporting.outcome && <ExportResult outcome={exporting.outcome} />}
    </dialog>
  );
}
