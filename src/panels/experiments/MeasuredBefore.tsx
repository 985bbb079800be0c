/** What was measured in this tab before, of the model and samples at hand: a list that shows each again. */
import { useEffect } from "react";
import { formatTime } from "../../core/format-date.ts";
import { currentKey } from "../../state/slices/experiments/experiments-facts.ts";
import type { ExperimentName } from "../../state/slices/experiments/experiments-state.ts";
import { keptOf } from "../../state/slices/experiments/kept-of.ts";
import type { KeptResult } from "../../state/slices/experiments/kept-result.ts";
import { resultTitle } from "../open-model/result-words.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { plural } from "../words.ts";
import styles from "./MeasuredBefore.module.css";

export function MeasuredBefore({ name }: { readonly name: ExperimentName }) {
  const { stored } = useActions();
  const results = useSelect((state) => state.stored.results);
  const { key: shown, status } = useSelect((state) => state.experiments.runs[name]);
  const key = useSelect((state) => currentKey(name, state));
  const busy = status === "running" || status === "paused";
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that begins or ends changes what is kept
  useEffect(() => {
    void stored.refreshResults();
  }, [stored, status]);
  const others = keptOf(name, results ?? [], key).filter((kept) => kept.key !== shown);
  if (others.length === 0 || busy) return null;
  return (
    <details className={styles.before}>
      <summary>Measured before: {others.length}</summary>
      <ul className={styles.list}>
        {others.map((kept) => (
          <Kept key={kept.key} name={name} kept={kept} />
        ))}
      </ul>
    </details>
  );
}

function Kept({ name, kept }: { readonly name: ExperimentName; readonly kept: KeptResult }) {
  const { experiments } = useActions();
  return (
    <li>
      <button type="button" className={controls.button} onClick={() => void experiments.reopen(name, kept.key)}>
        Show {resultTitle(kept)}
      </button>
      <span className={texts.note}>{aboutText(kept)}</span>
    </li>
  );
}

/** "30 samples · 30 Nov, 16:40". */
function aboutText({ about, at }: KeptResult): string {
  const samples = plural(about?.samples ?? 0, "sample");
  return at === null ? samples : `${samples} · ${formatTime(at)}`;
}
