/** A button that asks once more, in its own place, before something goes that nothing brings back. */
import { useState } from "react";
import styles from "./AskingButton.module.css";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";

export interface AskingButtonProps {
  readonly label: string;
  /** For assistive technology, where the label does not say of what. */
  readonly name?: string;
  readonly title?: string;
  readonly disabled: boolean;
  /** As of a button, where it stands in a list that is one stop of Tab. */
  readonly tabIndex?: 0 | -1;
  readonly question: string;
  /** What the two answers say. */
  readonly yes: string;
  readonly no: string;
  onYes(): void;
}

export function AskingButton({ label, name, title, disabled, tabIndex, question, yes, no, onYes }: AskingButtonProps) {
  const [state, setState] = useState<"first" | "asked" | "answered">("first");
  if (state === "asked") {
    return (
      <div className={`${texts.row} ${styles.asked}`}>
        <p className={texts.noteStrong}>{question}</p>
        <button
          type="button"
          className={controls.buttonPrimary}
          // biome-ignore lint/a11y/noAutofocus: it stands where the button was that had the focus
          autoFocus
          onClick={() => {
            setState("answered");
            onYes();
          }}
        >
          {yes}
        </button>
        <button type="button" className={controls.button} onClick={() => setState("answered")}>
          {no}
        </button>
      </div>
    );
  }
  return (
    <button
      type="button"
      className={controls.button}
      aria-label={name}
      title={title}
      disabled={disabled}
      tabIndex={tabIndex}
      // biome-ignore lint/a11y/noAutofocus: as above, the other way round
      autoFocus={state === "answered"}
      onClick={() => setState("asked")}
    >
      {label}
    </button>
  );
}
