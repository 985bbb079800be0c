/** What the model is asked: picture, question, and the calibration that its plan rests on. */
import { CalibrationPanel } from "./CalibrationPanel.tsx";
import { PicturePanel } from "./PicturePanel.tsx";
import { QuestionPanel } from "./QuestionPanel.tsx";

export function InputPanel() {
  return (
    <div className="column column-input">
      <section className="panel" aria-label="Picture and question">
        <PicturePanel />
        <QuestionPanel />
      </section>
      <div className="panel">
        <CalibrationPanel />
      </div>
    </div>
  );
}
