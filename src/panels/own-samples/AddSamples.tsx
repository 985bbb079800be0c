/** How samples come in: the picture and question at hand, or several picture files that are asked one question. */
import { MAXIMUM_QUESTION } from "../../state/slices/input/input.ts";
import hidden from "../../styles/hidden.module.css";
import { PICTURE_TYPES } from "../PicturePanel.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./AddSamples.module.css";
import { GrowingField } from "./GrowingField.tsx";

export interface AddSamplesProps {
  /** What new pictures are asked. */
  readonly asked: string;
  onAsk(question: string): void;
}

export function AddSamples({ asked, onAsk }: AddSamplesProps) {
  const { ownSamples: actions } = useActions();
  const reading = useSelect((state) => state.ownSamples.reading);
  const atHand = useSelect(({ input }) => input.picture !== null && input.question !== "");
  return (
    <div className={styles.add} aria-busy={reading}>
      <button
        type="button"
        className={controls.button}
        disabled={!atHand || reading}
        title="The picture and question that the page shows, with the reasoning that is there"
        onClick={() => void actions.addCurrent()}
      >
        Add picture and question at hand
      </button>
      <div className={styles.question}>
        <label htmlFor="own-question" className={texts.note}>
          Question for new pictures
        </label>
        <GrowingField
          id="own-question"
          maxLength={MAXIMUM_QUESTION}
          value={asked}
          onChange={(event) => onAsk(event.currentTarget.value)}
          onKeyDown={(event) => {
            // As in the question of the page: only with Shift it makes a new line.
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) event.preventDefault();
          }}
        />
      </div>
      <label className={controls.fileButton} title="PNG, JPEG, WebP or GIF; or drop them anywhere in this window">
        {reading ? "Reading" : "Add pictures"}
        <input
          type="file"
          multiple
          className={hidden.visuallyHidden}
          accept={PICTURE_TYPES}
          onChange={(event) => {
            void actions.addFiles([...(event.currentTarget.files ?? [])], asked);
            event.currentTarget.value = "";
          }}
        />
      </label>
    </div>
  );
}
