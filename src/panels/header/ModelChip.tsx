/** Which model is open, in a few words; a press says how it runs and what people should know about that. */
import { useEffect } from "react";
import { formatParameters, formatShare } from "../../charts/format.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import { strangeHost } from "../../models/source-host.ts";
import { notesOn } from "../model-notes.ts";
import { openModelLabel } from "../plan-context.ts";
import { useActions, useSelect } from "../use-workbench.ts";
import { BACKEND_WORDS } from "../words.ts";
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
  if (!summary || !ready) return null;
  // The owner of a repository stands in the menu: the line is short.
  const short = label.split("/").at(-1) ?? label;
  const parameters = `${formatParameters(summary.layout.totalParameters)} parameters`;
  const notes = notesOn(summary);
  return (
    <div className={styles.chip}>
      <Title label={`${label}${from}`} />
      <Menu
        name={`${short}${from}: about this model`}
        quiet
        className={styles.face}
        face={
          <>
            <strong>{short}</strong>
            <span className={host ? styles.host : undefined}>{from}</span>
            <span className={styles.muted}>
              {" "}
              {parameters} · {BACKEND_WORDS[summary.backend]}
            </span>
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
        {summary.webGpuInSoftware && (
          <MenuItem onPress={() => void actions.reloadOn("webgpu")}>Run it on WebGPU all the same</MenuItem>
        )}
        <MenuItem onPress={() => opening.show()}>Open another model</MenuItem>
      </Menu>
    </div>
  );
}

/** The window's name: tabs of several models and ratios are told apart by it. */
function Title({ label }: { readonly label: string }) {
  const ratio = useSelect(({ pruning }) => pruning.of && formatShare(pruning.of.plan.asked));
  useEffect(() => {
    document.title = ratio === null ? "Pivotscope" : `${label} at ${ratio} – Pivotscope`;
  }, [label, ratio]);
  return null;
}
