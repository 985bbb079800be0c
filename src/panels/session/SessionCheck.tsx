/** The session that was opened last: whether its result comes out again, as a sentence over a table of all values. */
import { useState } from "react";
import { comparedSentence } from "../../state/session/compare-values.ts";
import type { SessionCheck as Check, OpenedSession, Sameness, SavedRun } from "../../state/session/saved-run.ts";
import { Alert } from "../Alert.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./SessionCheck.module.css";

export function SessionCheck() {
  const session = useSelect((state) => state.files.session);
  return session && <Opened key={session.file} {...session} />;
}

function Opened({ file, run, check }: OpenedSession) {
  const { files } = useActions();
  const [statistics, setStatistics] = useState(false);
  if (!run)
    return <p className={texts.note}>Nothing was measured when it was saved, so there is nothing to run again.</p>;
  const running = check?.status === "running";
  return (
    <section className={styles.check} aria-label="Run the session again">
      <div className={texts.row}>
        {running ? (
          <button type="button" className={controls.button} onClick={() => files.cancelRun()}>
            Cancel
          </button>
        ) : (
          <button type="button" className={controls.buttonPrimary} onClick={() => void files.runAgain(statistics)}>
            Run it again and compare
          </button>
        )}
        {run.statistics && (
          <label className={styles.choice}>
            <input
              type="checkbox"
              checked={statistics}
              disabled={running}
              onChange={({ currentTarget }) => setStatistics(currentTarget.checked)}
            />
            Calibrate again, too ({run.statistics.samples} samples)
          </label>
        )}
      </div>
      <p role="status" aria-label="Session run again">
        {check && sentence(run, check)}
      </p>
      {check && check.values.length > 0 && <Values file={file} check={check} />}
      {check?.failure && <Alert failure={check.failure} />}
    </section>
  );
}

function sentence(run: SavedRun, { status, doing, values, device }: Check): string {
  switch (status) {
    case "running":
      return `Running again: ${doing}.`;
    case "done":
      return comparedSentence(values, { saved: run.device, now: device });
    case "cancelled":
      return values.length > 0 ? "Cancelled: not all values have been compared." : "Cancelled.";
    case "failed":
      return "";
  }
}

const WORDS: Record<Sameness, string> = { equal: "equal", within: "within tolerance", different: "different" };

function Values({ file, check }: { readonly file: string; readonly check: Check }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
    <section className={styles.scroll} tabIndex={0} aria-label="Compared values">
      <table className={styles.table}>
        <caption className={texts.note}>
          What {file} holds, and what this page computes from the same picture and question
        </caption>
        <thead>
          <tr>
            <th scope="col">Value</th>
            <th scope="col">Result</th>
            <th scope="col">Saved</th>
            <th scope="col">Now</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {check.values.map(({ name, sameness, saved, now, note }) => (
            <tr key={name} data-sameness={sameness}>
              <th scope="row">{name}</th>
              <td>{WORDS[sameness]}</td>
              <td className={styles.value}>{saved}</td>
              <td className={styles.value}>{now}</td>
              <td>{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
