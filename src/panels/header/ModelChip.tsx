/** Which model is open, in a few words; a press says how it runs and what people should know about that. */
import { useEffect } from "react";
import { formatParameters, formatShare } from "../../charts/format.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import { plural } from "../../core/words.ts";
import { strangeHost } from "../../models/source-host.ts";
import { notesOn } from "../model-notes.ts";
import { Progress } from "../Progress.tsx";
import { openModelLabel } from "../plan-context.ts";
import { useActions, useSelect } from "../use-workbench.ts";
import { BACKEND_WORDS, loadText } from "../words.ts";
import { Menu, MenuItem } from "./Menu.tsx";
import styles from "./ModelChip.module.css";

export function ModelChip() {
  const { opening, model: actions } = useActions();
  const label = useSelect(openModelLabel);
  const summary = useSelect((state) => state.model.summary);
  const ready = useSelect((state) => state.model.status === "ready");
  const source = useSelect((state) => state.model.source);
  const host = source && strangeHost(source, location.origin);
  const from = host ? ` from ${host}` : "";
  if (!ready) return <Loading />;
  if (!summary) return null;
  // The owner of a repository stands in the menu: the line is short.
  const short = label.split("/").at(-1) ?? label;
  const parameters = `${formatParameters(summary.layout.totalParameters)} parameters`;
  const notes = notesOn(summary);
  // WebAssembly has one thread where the page's server does not isolate it, and nothing else would say so.
  const oneThread = summary.backend === "cpu" && globalThis.crossOriginIsolated === false;
  const count = notes.length + Number(oneThread);
  return (
    <div className={styles.chip}>
      <Title label={`${label}${from}`} strange={from !== ""} />
      <Menu
        name={`${short}${from}${count === 0 ? "" : `, ${plural(count, "note")}`}: about this model`}
        quiet
        className={styles.face}
        face={
          <>
            <strong>{short}</strong>
            <span className={host ? styles.host : undefined}>{from}</span>
            <span className={styles.muted}>
              {" · "}
              {parameters} · {BACKEND_WORDS[summary.backend]} · {summary.precision}
            </span>
            {count > 0 && (
              <span aria-hidden="true" className={styles.notes}>
                {count}
              </span>
            )}
            <span aria-hidden="true" className={styles.more}>
              ▾
            </span>
          </>
        }
      >
        <dl className={styles.facts}>
          <dt>Model</dt>
          <dd>{`${label}${from}`}</dd>
          <dt>Size</dt>
          <dd>{parameters}</dd>
          <dt>Runs on</dt>
          <dd>
            {BACKEND_WORDS[summary.backend]} · {summary.precision} · {formatBytes(summary.weightBytes)} of weights{" "}
            {summary.backend === "webgpu" ? "on the GPU" : "in memory"}
          </dd>
        </dl>
        {notes.map((note) => (
          <p key={note} className={styles.note}>
            {note}
          </p>
        ))}
        {oneThread && (
          <p className={styles.note}>
            The model runs on one thread, slower than it could: whoever serves this page can switch threads on by two
            headers, see{" "}
            <a href="hosting.txt" target="_blank" rel="noreferrer">
              Hosting
            </a>
            .
          </p>
        )}
        {summary.webGpuInSoftware && (
          <MenuItem title="The same as backend=webgpu in the address" onPress={() => void actions.reloadOn("webgpu")}>
            Use WebGPU
          </MenuItem>
        )}
        <MenuItem onPress={() => opening.show()}>Open another model</MenuItem>
      </Menu>
    </div>
  );
}

/** How far the model is that comes; its room is the chip's, so nothing moves when it is there. */
function Loading() {
  const loading = useSelect((state) => state.model.status === "loading");
  const progress = useSelect((state) => state.model.progress);
  if (!loading) return null;
  return (
    <div className={styles.loading}>
      <Progress
        label="Loading the model"
        fraction={progress && progress.total > 0 ? progress.done / progress.total : null}
        text={progress ? loadText(progress) : "Starting the model's worker"}
      />
    </div>
  );
}

/** The window's name: tabs of several models and ratios are told apart by it. */
function Title({ label, strange }: { readonly label: string; readonly strange: boolean }) {
  const ratio = useSelect(({ pruning }) => pruning.of && formatShare(pruning.of.plan.asked));
  useEffect(() => {
    // A host of others is named whatever else is there.
    const about = ratio === null ? (strange ? `${label} – ` : "") : `${label} at ${ratio} – `;
    document.title = `${about}Pivotscope`;
  }, [label, strange, ratio]);
  return null;
}
