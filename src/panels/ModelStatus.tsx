/** Loading, failure and notes of the model: a few lines under the header, gone when all is well. */
import { type ReactNode, useState } from "react";
import { Alert } from "./Alert.tsx";
import { ForgetKept } from "./ForgetKept.tsx";
import styles from "./ModelStatus.module.css";
import { notesOn } from "./model-notes.ts";
import { OpeningStatus } from "./OpeningStatus.tsx";
import { PartPanel } from "./PartPanel.tsx";
import { Progress } from "./Progress.tsx";
import controls from "./shared/controls.module.css";
import { createPartStore } from "./use-part.ts";
import { useActions, useSelect } from "./use-workbench.ts";
import { loadText } from "./words.ts";

const fileStatus = createPartStore(() => import("./FileStatus.tsx"));

export function ModelStatus() {
  return (
    <>
      <OpeningStatus />
      <StatusAtHand />
      <OneThread />
      <Files />
    </>
  );
}

/** Of the model at hand, whatever is being opened beside it. */
function StatusAtHand() {
  const { model: actions } = useActions();
  const { status, progress, failure, source } = useSelect((state) => state.model);
  if (status === "loading") {
    return (
      <div className={styles.status}>
        <Progress
          label="Loading the model"
          fraction={progress && progress.total > 0 ? progress.done / progress.total : null}
          text={progress ? loadText(progress) : "Starting the model's worker"}
        />
      </div>
    );
  }
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
  return status === "ready" ? <Notes /> : null;
}

/** Of the statistics and plans that were opened as files, from the first one on. */
function Files() {
  const wanted = useSelect(({ files }) => files.reading !== null || files.outcome !== null || files.failure !== null);
  const [shown, setShown] = useState(wanted);
  if (wanted && !shown) setShown(true);
  return shown && <PartPanel store={fileStatus} name="Opened files" />;
}

/** WebAssembly has one thread where the page's server does not isolate it, and nothing else would say so. */
const ONE_THREAD = "one thread";

function OneThread() {
  const onCpu = useSelect(({ model }) => model.status === "ready" && model.summary?.backend === "cpu");
  if (!onCpu || globalThis.crossOriginIsolated !== false) return null;
  return (
    <Note name={ONE_THREAD}>
      The model runs on one thread, slower than it could: whoever serves this page can switch threads on by two headers,
      see{" "}
      <a href="hosting.txt" target="_blank" rel="noreferrer">
        Hosting
      </a>
      .
    </Note>
  );
}

/** What people should know about how the model runs and is kept; the model's menu says it as well. */
function Notes() {
  const summary = useSelect((state) => state.model.summary);
  const { model: actions } = useActions();
  if (!summary) return null;
  return notesOn(summary).map((note, place) => (
    <Note key={note} name={note}>
      {note}
      {place === 0 && summary.webGpuInSoftware && (
        <>
          {" "}
          Take it all the same with backend=webgpu in the address.{" "}
          <button type="button" className={controls.button} onClick={() => void actions.reloadOn("webgpu")}>
            Use WebGPU
          </button>
        </>
      )}
    </Note>
  ));
}

/** @param props.name what it is closed by, for good. */
function Note({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const { preferences } = useActions();
  const closed = useSelect((state) => state.preferences.closedNotes.includes(name));
  if (closed) return null;
  return (
    <div className={`${styles.status} ${styles.backendNote}`}>
      <p>{children}</p>
      <button
        type="button"
        className={controls.buttonQuiet}
        aria-label="Close this note"
        onClick={() => preferences.closeNote(name)}
      >
        Close
      </button>
    </div>
  );
}
