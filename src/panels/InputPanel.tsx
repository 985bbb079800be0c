/** What the model is asked: picture, question, and the calibration that its plan rests on. */
import { useState } from "react";
import { CalibrationPanel } from "./CalibrationPanel.tsx";
import { FoldedInput } from "./FoldedInput.tsx";
import styles from "./InputPanel.module.css";
import { PicturePanel } from "./PicturePanel.tsx";
import { QuestionPanel } from "./QuestionPanel.tsx";
import columns from "./shared/columns.module.css";

export function InputPanel() {
  const [open, setOpen] = useState(false);
  return (
    <div className={`${columns.column} ${columns.columnInput}`}>
      <section className={columns.panel} aria-label="Picture and question">
        <FoldedInput open={open} onToggle={() => setOpen(!open)} />
        <div className={styles.folds} data-open={open || undefined}>
          <PicturePanel />
          <QuestionPanel />
        </div>
      </section>
      <div className={`${columns.panel} ${styles.folds}`} data-open={open || undefined}>
        <CalibrationPanel />
      </div>
    </div>
  );
}
