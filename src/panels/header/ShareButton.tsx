/** Copies the address that opens the page as it stands. */
import { useState } from "react";
import { shareLink } from "../plan-context.ts";
import controls from "../shared/controls.module.css";
import { useSelect } from "../use-workbench.ts";
import styles from "./ShareButton.module.css";

export function ShareButton() {
  const own = useSelect(({ input: { picture } }) => picture !== null && picture.exampleId === null);
  const opened = useSelect((state) => state.pruning.opened !== null);
  const link = useSelect(shareLink);
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setOutcome("copied");
    } catch {
      // No permission, or no secure context: the link is shown to be copied by hand.
      setOutcome("refused");
    }
  };
  return (
    <span className={styles.share}>
      <button type="button" className={controls.button} onClick={() => void copy()} onBlur={() => setOutcome(null)}>
        Share
      </button>
      {outcome && (
        <span className={styles.note} role="status">
          {outcome === "copied" ? "Link copied." : <code>{link}</code>}
          {own && " It cannot carry your own picture."}
          {opened && " It cannot carry the plan of a file."}
        </span>
      )}
    </span>
  );
}
