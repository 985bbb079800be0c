/** Where somebody collects pictures with questions to calibrate on: the list, what is done with it, and its file. */
import { type DragEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { download } from "../../charts/save/download.ts";
import { usedOutdated } from "../../state/slices/own-samples/own-samples.ts";
import { ownTrace } from "../../state/slices/own-samples/own-samples-pictures.ts";
import hidden from "../../styles/hidden.module.css";
import { Alert } from "../Alert.tsx";
import { Progress } from "../Progress.tsx";
import controls from "../shared/controls.module.css";
import dialogs from "../shared/dialog.module.css";
import texts from "../shared/text.module.css";
import { UndoLine } from "../UndoLine.tsx";
import { useActions, useSelect } from "../use-workbench.ts";
import { plural, waitingText } from "../words.ts";
import { AddSamples } from "./AddSamples.tsx";
import styles from "./OwnSamplesDialog.module.css";
import { SampleList } from "./SampleList.tsx";

export default function OwnSamplesDialog() {
  const { ownSamples: actions } = useActions();
  const count = useSelect((state) => state.ownSamples.entries.length);
  const asked = useSelect(({ ownSamples, input }) => ownSamples.asked ?? input.question);
  const [over, setOver] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    // In a field, these keys undo what was typed.
    if (event.target instanceof HTMLTextAreaElement || !(event.ctrlKey || event.metaKey)) return;
    if (event.key.toLowerCase() !== "z" || event.shiftKey) return;
    event.preventDefault();
    void actions.undo();
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void actions.addFiles([...event.dataTransfer.files], asked);
  };
  return (
    <dialog
      ref={dialog}
      className={`${dialogs.dialog} ${styles.dialog}`}
      aria-labelledby="own-samples-title"
      aria-describedby="own-samples-text"
      data-over={over || undefined}
      onCancel={(event) => {
        event.preventDefault();
        actions.setOpen(false);
      }}
      onKeyDown={onKeyDown}
      onDrop={onDrop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
    >
      <div className={texts.row}>
        <h2 id="own-samples-title" className={texts.dialogTitle}>
          Own samples
        </h2>
        <button type="button" className={controls.button} onClick={() => actions.setOpen(false)}>
          Close
        </button>
      </div>
      <div ref={body} className={styles.body}>
        <div ref={above} className={styles.above}>
          <p id="own-samples-text" className={texts.note}>
            Pictures with questions to calibrate and measure on, in place of the samples that a model brings. What the
            whole model writes about them, its traces, shows which units it needs. The list stays in this browser.
          </p>
          <AddSamples asked={asked} onAsk={actions.setAsked} />
        </div>
        {count === 0 ? (
          <p className={`${styles.empty} ${texts.note}`}>
            No samples yet. Add the picture and question at hand, or several pictures with one question; a dozen is a
            fair start.
          </p>
        ) : (
          <SampleList scroller={body} above={above} />
        )}
      </div>
      <Steps />
    </dialog>
  );
}

/** What is done with the list. */
function Steps() {
  const { ownSamples: actions } = useActions();
  const entries = useSelect((state) => state.ownSamples.entries);
  const summary = useSelect((state) => (state.model.status === "ready" ? state.model.summary : null));
  const writing = useSelect((state) => state.ownSamples.writing);
  const used = useSelect((state) => state.ownSamples.used);
  const outdated = useSelect(usedOutdated);
  const missing = entries.filter((entry) => (summary ? !ownTrace(entry, summary) : !entry.trace)).length;
  const ready = summary !== null && entries.length > 0;
  const useful = ready && (used === null || outdated);

  const save = async () => {
    const file = await actions.save();
    if (file) download(file.name, file.text, "application/json");
  };
  return (
    <div className={styles.steps}>
      <Outcome />
      {writing && <Writing />}
      <p className={texts.note} aria-live="polite">
        {stateWords(entries.length, missing, used?.entries.length ?? null, outdated)}
      </p>
      <div className={styles.buttons}>
        {writing ? (
          <button type="button" className={controls.button} onClick={() => actions.cancel()}>
            Cancel
          </button>
        ) : (
          <button
            type="button"
            className={missing > 0 ? controls.buttonPrimary : controls.button}
            disabled={!ready || missing === 0}
            onClick={() => void actions.writeTraces()}
          >
            Write traces
          </button>
        )}
        <button
          type="button"
          className={useful && missing === 0 ? controls.buttonPrimary : controls.button}
          disabled={!useful || writing !== null}
          onClick={() => actions.use()}
        >
          Use for calibration
        </button>
        {used && (
          <button type="button" className={controls.button} onClick={() => actions.release()}>
            Back to the model's set
          </button>
        )}
        <span className={styles.file}>
          <button type="button" className={controls.button} disabled={entries.length === 0} onClick={() => void save()}>
            Save
          </button>
          <label
            className={controls.fileButton}
            title="A file that was saved here; it takes the place of the list, which can be undone"
          >
            Open
            <input
              type="file"
              className={hidden.visuallyHidden}
              accept="application/json,.json"
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                if (file) void actions.openFile(file);
                event.currentTarget.value = "";
              }}
            />
          </label>
        </span>
      </div>
    </div>
  );
}

/** What went wrong or is not plain to see; it stays in sight however far the list is scrolled. */
function Outcome() {
  const { ownSamples: actions } = useActions();
  const failure = useSelect((state) => state.ownSamples.failure);
  const undoable = useSelect((state) => state.ownSamples.past.at(-1) ?? null);
  const note = useSelect((state) => state.ownSamples.note);
  const notKept = useSelect((state) => state.ownSamples.notKept);
  return (
    <>
      {failure && <Alert failure={failure} />}
      <p className={texts.noteStrong} role="status">
        {[note, notKept].filter(Boolean).join(" ")}
      </p>
      <UndoLine offer={undoable} onUndo={() => void actions.undo()} />
    </>
  );
}

function stateWords(count: number, missing: number, used: number | null, outdated: boolean): string {
  if (count === 0) return "A file that was saved here can be opened again.";
  const traces = missing === 0 ? "all traces written" : `${plural(missing, "trace")} to write`;
  const list = `${plural(count, "sample")}, ${traces}.`;
  if (used === null) return missing > 0 ? `${list} What is not written yet is written by the calibration.` : list;
  return outdated
    ? `${list} The calibration uses ${plural(used, "sample")} as the list was before.`
    : `${list} Calibrate uses them.`;
}

/** The end of a text on one line, from a word on. */
function newestWords(text: string): string {
  const words = text.trim().replaceAll(/\s+/g, " ");
  return words.length <= 48 ? words : `… ${words.slice(-48).replace(/^\S*\s/, "")}`;
}

function Writing() {
  const writing = useSelect((state) => state.ownSamples.writing);
  const activity = useSelect((state) => state.model.activity);
  if (!writing) return null;
  const { done, total, text, waiting } = writing;
  const words = newestWords(text);
  return (
    <Progress
      label="Writing traces"
      fraction={done / total}
      text={`trace ${done + 1} of ${total} · ${waiting ? waitingText(activity) : words}`}
    />
  );
}
