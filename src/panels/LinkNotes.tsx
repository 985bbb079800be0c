/** The line that says what of the page's link is not shown as asked. */
import styles from "./LinkNotes.module.css";
import modelStatus from "./ModelStatus.module.css";
import controls from "./shared/controls.module.css";
import { useActions, useSelect } from "./use-workbench.ts";

/** More would push the page away from who was sent a broken link. */
const SHOWN = 6;

export function LinkNotes() {
  const { link } = useActions();
  const notes = useSelect((state) => state.link.notes);
  // It stands there before it says anything: what comes into a status later is read out.
  return (
    <div
      role="status"
      aria-label="Link"
      className={notes.length > 0 ? `${modelStatus.status} ${styles.line}` : undefined}
    >
      {notes.length > 0 && (
        <>
          <p>
            The link cannot be followed in all: {notes.slice(0, SHOWN).join("; ")}
            {notes.length > SHOWN && `; and ${notes.length - SHOWN} more`}.
          </p>
          <button type="button" className={controls.button} onClick={() => link.dismiss()}>
            Dismiss
          </button>
        </>
      )}
    </div>
  );
}
