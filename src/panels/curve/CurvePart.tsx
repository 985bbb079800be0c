/** This picture's curve over the slider, the sentence beside it, and the table behind it. */
import { useMemo, useState } from "react";
import { CurveRibbon } from "../../charts/curve/CurveRibbon.tsx";
import type { CurveRow } from "../../charts/curve/curve-shape.ts";
import { answerSentence, curveSummary } from "../../charts/curve/curve-words.ts";
import { countClaims } from "../../charts/judge/claim-words.ts";
import { ratioOf } from "../../state/slices/curve/curve-key.ts";
import { shownScene } from "../../state/slices/input/scene-questions.ts";
import { MAXIMUM_RATIO } from "../../state/slices/pruning/pruning.ts";
import hidden from "../../styles/hidden.module.css";
import { PanelBoundary } from "../PanelBoundary.tsx";
import { useJudge } from "../use-judgements.ts";
import { useSelect } from "../use-workbench.ts";
import styles from "./CurvePart.module.css";
import { CurveTable } from "./CurveTable.tsx";
import { CURVE_SUMMARY } from "./summary-id.ts";

export default function CurvePart() {
  return (
    <PanelBoundary name="The curve">
      <Curve />
    </PanelBoundary>
  );
}

function Curve() {
  const [open, setOpen] = useState(false);
  const rows = useRows();
  return (
    <>
      <p className={styles.sentence} aria-hidden="true">
        {answerSentence(rows)}
      </p>
      <p id={CURVE_SUMMARY} className={hidden.visuallyHidden}>
        {curveSummary(rows)}
      </p>
      <button
        type="button"
        className={styles.table}
        title="This picture's curve as a table"
        onClick={() => setOpen(true)}
      >
        show as table
      </button>
      <div className={styles.track}>
        <CurveRibbon rows={rows} maximum={MAXIMUM_RATIO * 100} />
      </div>
      {open && <CurveTable rows={rows} onClose={() => setOpen(false)} />}
    </>
  );
}

/** The curve's points, with what the judge says of their words once it is there. */
function useRows(): readonly CurveRow[] {
  const points = useSelect((state) => state.curve.points);
  const scene = useSelect(shownScene);
  const question = useSelect((state) => state.input.question);
  const trace = useSelect((state) => state.reasoning.trace?.text ?? null);
  const part = useJudge();
  return useMemo(
    () =>
      points.map((point) => {
        const { kl, words } = point;
        const text = words && (words.text ?? trace);
        const judged = part && scene && text !== null ? part.judge(scene, question, text) : null;
        return {
          ratio: ratioOf(point),
          kl,
          matches: words?.matches ?? null,
          answer: words?.answer ?? null,
          statements: judged && countClaims(judged),
        };
      }),
    [points, scene, question, trace, part],
  );
}
