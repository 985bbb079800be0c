/** Results of experiments that this browser keeps, beside the models: what they are, how large, and putting them away. */
import { useEffect } from "react";
import { formatBytes } from "../../core/format-bytes.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import type { KeptResult } from "../../state/slices/experiments/kept-result.ts";
import { MOST_RESULT_BYTES, MOST_RESULTS } from "../../state/slices/experiments/kept-results.ts";
import { Alert } from "../Alert.tsx";
import { AskingButton } from "../AskingButton.tsx";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { plural } from "../words.ts";
import { resultDetails, resultTitle } from "./result-words.ts";
import styles from "./StoredModels.module.css";
import steps from "./steps.module.css";

export function KeptResults() {
  const { stored } = useActions();
  const results = useSelect((state) => state.stored.results);
  const removing = useSelect((state) => state.stored.removingResults);
  const failure = useSelect((state) => state.stored.resultsFailure);
  useEffect(() => {
    void stored.refreshResults();
  }, [stored]);
  return (
    <section className={steps.part} aria-labelledby="results-title">
      <h3 id="results-title" className={texts.panelTitle}>
        Kept results of experiments
      </h3>
      {results?.length === 0 && (
        <p className={texts.note}>None yet. What an experiment measures is kept in this browser.</p>
      )}
      {results !== null && results.length > 0 && (
        <>
          <ul className={styles.stored} aria-busy={removing.length > 0}>
            {results.map((result) => (
              <Kept key={result.key} result={result} />
            ))}
          </ul>
          <p className={texts.note}>
            {formatBytes(results.reduce((sum, { bytes }) => sum + bytes, 0))} in all, about. The latest {MOST_RESULTS}{" "}
            are kept, up to {formatBytes(MOST_RESULT_BYTES)}; older ones make room.
          </p>
          {results.length > 1 && <RemoveAll results={results} />}
        </>
      )}
      {failure && <Alert failure={failure} />}
    </section>
  );
}

function Kept({ result }: { readonly result: KeptResult }) {
  const { stored } = useActions();
  const label = useSelect((state) => labelOf(state, result));
  const busy = useSelect((state) => state.stored.removingResults.length > 0);
  const measured = useSelect((state) => isMeasured(state, result));
  const title = resultTitle(result);
  return (
    <li className={styles.model}>
      <div>
        <strong>{title}</strong>
        <p className={texts.note}>{resultDetails(result, label)}</p>
      </div>
      {measured ? (
        <p className={texts.note}>being measured</p>
      ) : (
        <AskingButton
          label="Remove"
          name={`Remove ${title} of ${label}`}
          disabled={busy}
          question={`Remove ${title}? It would have to be measured again.`}
          yes="Remove it"
          no="Keep it"
          onYes={() => void stored.removeResults([result.key])}
        />
      )}
    </li>
  );
}

function RemoveAll({ results }: { readonly results: readonly KeptResult[] }) {
  const { stored } = useActions();
  const busy = useSelect((state) => state.stored.removingResults.length > 0);
  const measured = useSelect((state) => results.some((result) => isMeasured(state, result)));
  return (
    <div className={texts.row}>
      <AskingButton
        label="Remove all results"
        title={measured ? "One of them is being measured" : "Forget all that was measured"}
        disabled={busy || measured}
        question={`Remove ${plural(results.length, "result")}? They would have to be measured again.`}
        yes="Remove all"
        no="Keep them"
        onYes={() => void stored.removeResults(results.map(({ key }) => key))}
      />
    </div>
  );
}

/** The page's own name of a bundled model. */
function labelOf({ model }: WorkbenchState, { about }: KeptResult): string {
  return model.bundled.find(({ name }) => name === about?.model)?.label ?? about?.model ?? "an unknown model";
}

/** Whether an experiment that runs adds to it. */
function isMeasured({ experiments: { runs } }: WorkbenchState, { key }: KeptResult): boolean {
  return Object.values(runs).some((run) => run.key === key && (run.status === "running" || run.status === "paused"));
}
