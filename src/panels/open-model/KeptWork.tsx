/** What this browser keeps of one's work: own pictures, calibrations, what models said. What it is, how large, and putting it away. */
import { useEffect } from "react";
import { formatBytes } from "../../core/format-bytes.ts";
import type { KeptItem } from "../../state/slices/kept/kept-state.ts";
import { Alert } from "../Alert.tsx";
import { AskingButton } from "../AskingButton.tsx";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { plural } from "../words.ts";
import styles from "./StoredModels.module.css";
import steps from "./steps.module.css";

export function KeptWork() {
  const { kept } = useActions();
  const { items, removing, failure } = useSelect((state) => state.kept);
  const busy = useSelect((state) => state.calibration.status === "running" || state.calibration.status === "waiting");
  useEffect(() => {
    void kept.refresh();
  }, [kept]);
  const bytes = (items ?? []).reduce((sum, item) => sum + item.bytes, 0);
  return (
    <section className={steps.part} aria-labelledby="work-title">
      <h3 id="work-title" className={texts.panelTitle}>
        Kept answers, calibrations and own pictures
      </h3>
      {items?.length === 0 && (
        <p className={texts.note}>
          None yet. What is computed is kept in this browser, so that a reload is where you were.
        </p>
      )}
      {items !== null && items.length > 0 && (
        <>
          <ul className={styles.stored} aria-busy={removing.length > 0}>
            {items.map((item) => (
              <Item
                key={`${item.kind} ${item.id}`}
                item={item}
                disabled={removing.length > 0 || (busy && item.kind === "calibration")}
              />
            ))}
          </ul>
          <p className={texts.note}>{formatBytes(bytes)} in all, about. The oldest of each kind make room.</p>
          {items.length > 1 && (
            <div className={texts.row}>
              <AskingButton
                label="Remove all of these"
                disabled={busy || removing.length > 0}
                question={`Remove ${plural(items.length, "kept thing")}? They would have to be computed or chosen again.`}
                yes="Remove all"
                no="Keep them"
                onYes={() => void kept.remove(items)}
              />
            </div>
          )}
        </>
      )}
      {failure && <Alert failure={failure} />}
    </section>
  );
}

const QUESTIONS: Record<KeptItem["kind"], string> = {
  answers: "Remove what was said? It would have to be computed again.",
  calibration: "Remove this calibration? It would have to be made again.",
  picture: "Forget this picture, and what was said about it? It would have to be chosen again.",
  pin: "Forget this pinned side? It ends with the page then.",
  plan: "Forget this plan? Its file would have to be opened again.",
};

function Item({ item, disabled }: { readonly item: KeptItem; readonly disabled: boolean }) {
  const { kept } = useActions();
  const { kind, title, details, bytes } = item;
  return (
    <li className={styles.model}>
      <div>
        <strong>{title}</strong>
        <p className={texts.note}>
          {details} · {formatBytes(bytes)}
        </p>
      </div>
      <AskingButton
        label="Remove"
        name={`Remove ${title}, ${details}`}
        disabled={disabled}
        question={QUESTIONS[kind]}
        yes="Remove it"
        no="Keep it"
        onYes={() => void kept.remove([item])}
      />
    </li>
  );
}
