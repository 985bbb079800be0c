/** This picture's curve over the slider, the sentence beside it, and the table behind it. */
import { useState } from "react";
import { CurveRibbon } from "../../charts/curve/CurveRibbon.tsx";
import { answerSentence, curveSummary } from "../../charts/curve/curve-words.ts";
import { MAXIMUM_RATIO } from "../../state/slices/pruning/pruning.ts";
import hidden from "../../styles/hidden.module.css";
import { PanelBoundary } from "../PanelBoundary.tsx";
import styles from "./CurvePart.module.css";
import { CurveTable } from "./CurveTable.tsx";
import { CURVE_SUMMARY } from "./summary-id.ts";
import { useCurveRows } from "./use-curve-rows.ts";

export default function CurvePart() {
  return (
    <PanelBoundary name="The curve">
      <Curve />
    </PanelBoundary>
  );
}

function Curve() {
  const [open, setOpen] = useState(false);
  const rows = useCurveRows();
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
