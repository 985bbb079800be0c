/** What the model is asked: picture, question, and the calibration that its plan rests on. */
import { CalibrationPanel } from "./CalibrationPanel.tsx";
import { PicturePanel } from "./PicturePanel.tsx";
import { QuestionPanel } from "./QuestionPanel.tsx";
import columns from "./shared/columns.module.css";

export function InputPanel() {
  return (
    <div className={`${columns.column} ${columns.columnInput}`}>
      <section className={columns.panel} aria-label="Picture and question">
        <PicturePanel />
        <QuestionPanel />
      </section>
      <div className={columns.panel}>
        <CalibrationPanel />
      </div>
    </div>
  );
}
