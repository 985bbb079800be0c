/** Model, method, and what can be taken along: link, plan, statistics. */
import { useEffect, useState } from "react";
import { formatParameters } from "../charts/format.ts";
import { formatBytes } from "../core/format-bytes.ts";
import { methods } from "../core/methods/index.ts";
import { strangeHost } from "../models/source-host.ts";
import { downloadPlan, downloadStatistics } from "./downloads.ts";
import styles from "./HeaderBar.module.css";
import { OpenFile } from "./OpenFile.tsx";
import { modelLabel, shareLink } from "./plan-context.ts";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { useActions, useSelect, useWorkbench } from "./use-workbench.ts";
import { BACKEND_WORDS } from "./words.ts";

export function HeaderBar() {
  const { preferences } = useActions();
  const dialog = useSelect((state) => state.preferences.dialog);
  return (
    <header className={styles.header}>
      <h1 className={styles.brand}>Pivotscope</h1>
      <ModelChip />
      <div className={styles.tools}>
        <MethodSelect />
        <OpenModelButton />
        <button
          type="button"
          className={controls.button}
          aria-expanded={dialog === "parameters"}
          onClick={() => preferences.open(dialog === "parameters" ? null : "parameters")}
        >
          Advanced
        </button>
        <DownloadMenu />
        <ShareButton />
        <ThemeButton />
        <button
          type="button"
          className={controls.button}
          aria-haspopup="dialog"
          onClick={() => preferences.open("help")}
        >
          Help
        </button>
      </div>
    </header>
  );
}

function ModelChip() {
  const label = useSelect(modelLabel);
  const summary = useSelect((state) => state.model.summary);
  const ready = useSelect((state) => state.model.status === "ready");
  const source = useSelect((state) => state.model.source);
  const host = source && strangeHost(source, location.origin);
  const from = host ? ` from ${host}` : "";
  useEffect(() => {
    document.title = from === "" ? "Pivotscope" : `${label}${from} – Pivotscope`;
  }, [label, from]);
  if (!summary || !ready) return null;
  const place = summary.backend === "webgpu" ? "on the GPU" : "in memory";
  return (
    <p
      className={host ? `${styles.modelChip} ${styles.whole}` : styles.modelChip}
      title={`${label}${from}: ${formatBytes(summary.weightBytes)} of weights ${place}`}
    >
      {/* The owner of a repository stands in the title: the line is short. */}
      <strong>{label.split("/").at(-1)}</strong>
      {from} · {formatParameters(summary.layout.totalParameters)} parameters · {BACKEND_WORDS[summary.backend]} ·{" "}
      {summary.precision} · <span>{formatBytes(summary.weightBytes)}</span>
    </p>
  );
}

/** Opens the dialog in which another model is chosen; it is loaded when it is first wanted. */
function OpenModelButton() {
  const { opening } = useActions();
  return (
    <button type="button" className={controls.button} aria-haspopup="dialog" onClick={() => opening.show()}>
      Open model
    </button>
  );
}

function MethodSelect() {
  const { pruning } = useActions();
  const method = useSelect((state) => state.pruning.method);
  return (
    <label className={controls.labelled} title={methodText(method)}>
      <span className={texts.note}>Method</span>
      <select
        className={controls.select}
        aria-label="Method"
        value={method}
        onChange={(event) => pruning.setMethod(event.currentTarget.value)}
      >
        {methods.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What a method takes a unit to be worth, and where it is from. */
function methodText(name: string): string {
  const method = methods.find((candidate) => candidate.name === name);
  return method ? `${method.explanation} ${method.source}` : "";
}

function DownloadMenu() {
  const plan = useSelect((state) => state.pruning.frame !== null);
  const statistics = useSelect((state) => state.calibration.statistics !== null);
  const { store } = useWorkbench();
  return (
    <>
      <button type="button" className={controls.button} popoverTarget="downloads">
        Download
      </button>
      {/* The browser's own popover: closes on Escape and on a press elsewhere. */}
      <div id="downloads" className={styles.menu} popover="auto">
        <button
          type="button"
          className={styles.menuItem}
          disabled={!plan}
          popoverTarget="downloads"
          popoverTargetAction="hide"
          onClick={() => downloadPlan(store.getState())}
        >
          Plan (JSON)
        </button>
        <button
          type="button"
          className={styles.menuItem}
          disabled={!statistics}
          popoverTarget="downloads"
          popoverTargetAction="hide"
          onClick={() => downloadStatistics(store.getState())}
        >
          Statistics (JSON)
        </button>
        <OpenFile className={styles.menuItem} />
      </div>
    </>
  );
}

function ShareButton() {
  const own = useSelect(({ input: { picture } }) => picture !== null && picture.exampleId === null);
  const opened = useSelect((state) => state.pruning.opened !== null);
  const link = useSelect(shareLink);
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setOutcome("copied");
    } catch {
      // No permission, or no secure context: the link is shown to be copied by hand.
      setOutcome("refused");
    }
  };
  return (
    <span className={styles.share}>
      <button type="button" className={controls.button} onClick={() => void copy()} onBlur={() => setOutcome(null)}>
        Share
      </button>
      {outcome && (
        <span className={styles.shareNote} role="status">
          {outcome === "copied" ? "Link copied." : <code>{link}</code>}
          {own && " It cannot carry your own picture."}
          {opened && " It cannot carry the plan of a file."}
        </span>
      )}
    </span>
  );
}

const THEME_WORDS = { system: "System theme", light: "Light theme", dark: "Dark theme" } as const;

function ThemeButton() {
  const { preferences } = useActions();
  const theme = useSelect((state) => state.preferences.theme);
  return (
    <button type="button" className={controls.button} title="Next theme" onClick={() => preferences.nextTheme()}>
      {THEME_WORDS[theme]}
    </button>
  );
}
