/** On a phone picture and question take one row until somebody wants to change them. */
import { shownScene } from "../state/slices/input/scene-questions.ts";
import styles from "./FoldedInput.module.css";
import { SceneCanvas } from "./scenes/SceneCanvas.tsx";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { useSelect } from "./use-workbench.ts";

/** Width of the small picture in its own pixels, enough for phones' screens. */
const PIXELS = 192;

export interface FoldedInputProps {
  readonly open: boolean;
  onToggle(): void;
}

export function FoldedInput({ open, onToggle }: FoldedInputProps) {
  const scene = useSelect(shownScene);
  const picture = useSelect((state) => state.input.picture);
  const question = useSelect((state) => state.input.question);
  return (
    <div className={styles.row} data-open={open || undefined}>
      <div className={styles.picture} aria-hidden="true" hidden={open}>
        {scene ? (
          <SceneCanvas scene={scene} pixels={PIXELS} />
        ) : (
          picture?.previewUrl && <img src={picture.previewUrl} alt="" />
        )}
      </div>
      <p className={`${texts.note} ${styles.question}`}>{question}</p>
      <button type="button" className={controls.button} aria-expanded={open} onClick={onToggle}>
        {open ? "Fold" : "Change"}
      </button>
    </div>
  );
}
