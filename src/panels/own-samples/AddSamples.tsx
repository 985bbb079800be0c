/** How samples come in: the picture and question at hand, or several picture files that are asked one question. */
import { MAXIMUM_QUESTION } from "../../state/slices/input/input.ts";
import { PICTURE_TYPES } from "../PicturePanel.tsx";
import { useActions, useSelect } from "../use-workbench.ts";

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
    <div className="own-add" aria-busy={reading}>
      <button
        type="button"
        className="button"
        disabled={!atHand || reading}
        title="The picture and question that the page shows, with the reasoning that is there"
        onClick={() => void actions.addCurrent()}
      >
        Add picture and question at hand
      </button>
      <label className="own-question">
        <span className="note">Question for new pictures</span>
        <textarea
          rows={1}
          className="own-field"
          maxLength={MAXIMUM_QUESTION}
          value={asked}
          onChange={(event) => onAsk(event.currentTarget.value)}
          onKeyDown={(event) => {
            // As in the question of the page: only with Shift it makes a new line.
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) event.preventDefault();
          }}
        />
      </label>
      <label className="button file-button" title="PNG, JPEG or WebP; or drop them anywhere in this window">
        {reading ? "Reading" : "Add pictures"}
        <input
          type="file"
          multiple
          className="visually-hidden"
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
