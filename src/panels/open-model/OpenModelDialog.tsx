/** How people open a model: what there is to choose from, what the choice takes, how far it is, what went wrong. */
import { useEffect, useLayoutEffect, useRef } from "react";
import controls from "../shared/controls.module.css";
import dialogs from "../shared/dialog.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { AskingStep } from "./AskingStep.tsx";
import { ChoosingStep } from "./ChoosingStep.tsx";
import { FailedStep } from "./FailedStep.tsx";
import { ForeignHostStep } from "./ForeignHostStep.tsx";
import { InspectingStep, LoadingStep, PausedStep } from "./LoadingStep.tsx";
import styles from "./OpenModelDialog.module.css";

export default function OpenModelDialog() {
  const { opening: actions } = useActions();
  const step = useSelect((state) => state.opening.current.step);
  const dialog = useRef<HTMLDialogElement>(null);
  const content = useRef<HTMLDivElement>(null);
  // The browser's own dialog keeps the focus inside, closes on Escape, and gives the focus back when it is closed while
  // it still stands on the page.
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  // What had the focus may be gone with its step.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is what is followed
  useEffect(() => {
    if (dialog.current) dialog.current.scrollTop = 0;
    content.current?.querySelector<HTMLElement>("[data-step-title]")?.focus();
  }, [step]);
  return (
    <dialog
      ref={dialog}
      className={`${dialogs.dialog} ${styles.dialog}`}
      aria-labelledby="open-model-title"
      onCancel={(event) => {
        event.preventDefault();
        actions.hide();
      }}
    >
      <div className={texts.row}>
        <h2 id="open-model-title" className={texts.dialogTitle}>
          Open model
        </h2>
        <button type="button" className={controls.button} onClick={() => actions.hide()}>
          {step === "loading" ? "Continue in the background" : "Close"}
        </button>
      </div>
      <div ref={content} className={styles.step}>
        <Step />
      </div>
    </dialog>
  );
}

function Step() {
  const current = useSelect(({ opening }) => opening.current);
  switch (current.step) {
    case "closed":
      return null;
    case "choosing":
      return <ChoosingStep failure={current.failure} />;
    case "foreign":
      return <ForeignHostStep {...current} />;
    case "inspecting":
      return <InspectingStep {...current} />;
    case "asking":
      return <AskingStep {...current} />;
    case "loading":
      return <LoadingStep {...current} />;
    case "paused":
      return <PausedStep {...current} />;
    case "failed":
      return <FailedStep {...current} />;
  }
}
