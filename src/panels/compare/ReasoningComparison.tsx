/** Both models' own words, side by side, as they come; aligned once both have ended. */

import { useEffect, useMemo, useRef } from "react";
import { CompareTraces, type TraceColumn } from "../../charts/compare/CompareTraces.tsx";
import { formatShare } from "../../charts/format.ts";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { alignTexts } from "../../core/alignment.ts";
import { prunedKey } from "../../core/provenance.ts";
import { isBusy } from "../../state/job-state.ts";
import type { ComparedTrace } from "../../state/slices/measurement/comparison-state.ts";
import { measurementKey } from "../../state/slices/measurement/kept-measurements.ts";
import { textOf, verdictSentence } from "../../state/slices/reasoning/answer.ts";
import { Alert } from "../Alert.tsx";
import { ReloadModel } from "../ReloadModel.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { waitingText } from "../words.ts";
import styles from "./ReasoningComparison.module.css";

export function ReasoningComparison() {
  const { comparison: actions, preferences } = useActions();
  const comparison = useSelect((state) => state.comparison);
  const activity = useSelect((state) => state.model.activity);
  const lost = useSelect((state) => state.model.status === "lost");
  const { of, dense, pruned, status, answer, failure } = comparison;
  const ended = status === "done";
  const [left, right] = [textOf(dense.tokens), textOf(pruned.tokens)];
  const segments = useMemo(() => (ended ? alignTexts(left, right).segments : null), [ended, left, right]);
  const panel = useRef<HTMLDivElement>(null);
  // It stands below the charts; whoever pressed the button wants to see it.
  useEffect(() => {
    if (of) panel.current?.scrollIntoView({ block: "nearest" });
  }, [of]);
  const atHand = useSelect(measurementKey);
  if (!of) {
    return <p className={texts.empty}>Press “Compare reasoning” to read both models' own words side by side.</p>;
  }
  const busy = isBusy(comparison);
  // Only once it has ended: until then it is what was asked for last.
  const stale = !busy && prunedKey(of) !== atHand;
  const context = contextOf(of);
  const { asked, reached } = of.plan;
  const column = (name: string, detail: string, trace: ComparedTrace): TraceColumn => ({
    name,
    detail: `${context.model} · ${detail}`,
    text: textOf(trace.tokens),
    tokens: trace.tokens.length,
    status: trace.status === "finished" && trace.cut ? "cut" : trace.status,
  });
  return (
    <div ref={panel} className={styles.comparison}>
      <div className={texts.row}>
        <p className={styles.question}>
          {of.model.label}: “{of.input.question}” at {formatShare(asked, 1)}, reached {formatShare(reached, 1)}
          {answer && <strong> · {verdictSentence(answer)}</strong>}
        </p>
        {busy ? (
          <button type="button" className={controls.button} onClick={() => actions.cancel()}>
            Cancel comparison
          </button>
        ) : (
          <button
            type="button"
            className={controls.button}
            onClick={() => {
              actions.close();
              preferences.openTab(null);
            }}
          >
            Close comparison
          </button>
        )}
      </div>
      {stale && (
        <div className={texts.row}>
          <p className={texts.note}>This is older than what is shown above.</p>
          <button
            type="button"
            className={controls.button}
            disabled={atHand === null}
            onClick={() => void actions.start()}
          >
            Compare again
          </button>
        </div>
      )}
      {status === "waiting" && <p className={texts.note}>{waitingText(activity)}</p>}
      <CompareTraces
        context={context}
        staleRatio={stale ? asked : null}
        left={column("dense", "not pruned", dense)}
        right={column("pruned", `${context.method} · ${formatShare(asked, 1)}`, pruned)}
        segments={segments}
      />
      {failure && <Alert failure={failure}>{lost && <ReloadModel />}</Alert>}
    </div>
  );
}
