/** What was replaced or removed, said once, and the way back. */
import { useRef, useState } from "react";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import styles from "./UndoLine.module.css";

export interface UndoLineProps {
  /** What can be undone: a new object for each time that something was lost; null for nothing. */
  readonly offer: { readonly words: string } | null;
  onUndo(): void;
}

export function UndoLine({ offer, onUndo }: UndoLineProps) {
  const line = useRef<HTMLParagraphElement>(null);
  const pressed = useRef(false);
  const [shown, setShown] = useState(offer);
  const [undone, setUndone] = useState(false);
  if (shown !== offer) {
    setShown(offer);
    setUndone(pressed.current);
    pressed.current = false;
  }
  return (
    <div className={`${texts.row} ${styles.line}`}>
      {/* The button may go with what it undoes: the focus goes to what came of it. */}
      <p ref={line} className={texts.noteStrong} role="status" tabIndex={-1}>
        {[undone && "Undone.", undone && offer && "Before that:", offer?.words].filter(Boolean).join(" ")}
      </p>
      {offer && (
        <button
          type="button"
          className={controls.button}
          aria-label={`Undo: ${offer.words}`}
          onClick={() => {
            pressed.current = true;
            onUndo();
            line.current?.focus();
          }}
        >
          Undo
        </button>
      )}
    </div>
  );
}
