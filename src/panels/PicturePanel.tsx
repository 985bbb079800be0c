/** The picture: a scene to be edited, or an own picture that was dropped, pasted or picked. */
import { type ChangeEvent, type DragEvent, useEffect, useState } from "react";
import { shownScene } from "../state/slices/input/scene-questions.ts";
import { isBundled } from "../state/slices/model/model.ts";
import hidden from "../styles/hidden.module.css";
import { Alert } from "./Alert.tsx";
import { AskingButton } from "./AskingButton.tsx";
import { BudgetChoice } from "./BudgetChoice.tsx";
import styles from "./PicturePanel.module.css";
import { SplitChoice } from "./SplitChoice.tsx";
import { Gallery, ShuffleButtons } from "./scenes/Gallery.tsx";
import { SceneEditor } from "./scenes/SceneEditor.tsx";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { UndoLine } from "./UndoLine.tsx";
import { useActions, useSelect } from "./use-workbench.ts";

export const PICTURE_TYPES = "image/png,image/jpeg,image/webp,image/gif";

export function PicturePanel() {
  const { input: actions } = useActions();
  const scene = useSelect(shownScene);
  const failure = useSelect((state) => state.input.pictureFailure);
  const replaced = useSelect((state) => state.scenes.replaced);
  const [over, setOver] = useState(false);

  const take = (file: File | undefined) => {
    if (file) void actions.choosePicture(file, file.name || "the pasted picture");
  };
  usePaste(take);
  const onDrop = (event: DragEvent) => {
    setOver(false);
    // A model's folder, which the page has taken.
    if (event.defaultPrevented) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  };
  const onDragOver = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const onPick = (event: ChangeEvent<HTMLInputElement>) => {
    take(event.currentTarget.files?.[0]);
    // The same file may be picked again after it failed.
    event.currentTarget.value = "";
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the file button does the same
    <div
      className={styles.picture}
      data-over={over || undefined}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
    >
      {scene ? <SceneEditor scene={scene} /> : <Photograph />}
      <Gallery />
      <div className={`${texts.row} ${styles.own}`}>
        <ShuffleButtons />
        <label className={controls.fileButton} title="PNG, JPEG, WebP or GIF">
          Own picture
          <input type="file" className={hidden.visuallyHidden} accept={PICTURE_TYPES} onChange={onPick} />
        </label>
        <span className={texts.note}>{over ? "let go to use it" : "or drop or paste one"}</span>
      </div>
      <UndoLine offer={replaced} onUndo={actions.undoReplace} />
      <SplitChoice />
      <BudgetChoice />
      {failure && (
        <Alert failure={failure}>
          {(failure.code === "network" || failure.code === "other-page") && (
            <button type="button" className={controls.button} onClick={() => void actions.tryAgain()}>
              Try again
            </button>
          )}
        </Alert>
      )}
    </div>
  );
}

/** A picture that is no scene, and what the bundled model can make of it. */
function Photograph() {
  const picture = useSelect((state) => state.input.picture);
  const decoding = useSelect((state) => state.input.decoding);
  const bundled = useSelect(isBundled);
  const notKept = useSelect((state) => state.input.notKept);
  const { kept } = useActions();
  return (
    <>
      <div className={styles.frame} aria-busy={decoding}>
        {picture?.previewUrl ? (
          <img
            className={styles.image}
            data-small={picture.picture.width < 200 || undefined}
            src={picture.previewUrl}
            alt={`Asked about: ${picture.name}, ${picture.picture.width} × ${picture.picture.height} pixels`}
          />
        ) : (
          <p className={styles.empty}>{decoding ? "Reading the picture" : "No picture yet"}</p>
        )}
      </div>
      {picture && picture.keptAs !== null && (
        <div className={texts.row}>
          <p className={texts.note}>Kept in this browser.</p>
          <AskingButton
            label="Forget"
            name={`Forget ${picture.name}`}
            title="After a reload this browser has it no longer"
            disabled={false}
            question="Forget this picture, and what was said about it?"
            yes="Forget"
            no="Keep"
            onYes={() => void kept.forgetPicture()}
          />
        </div>
      )}
      {notKept !== null && <p className={texts.noteStrong}>{notKept}</p>}
      {picture?.animated && <p className={texts.note}>{picture.name} moves; its first picture is taken.</p>}
      {picture?.exampleId === null && bundled && (
        <p className={texts.note}>
          This model only knows scenes like those below. For photographs, press Open model and take a SmolVLM.
        </p>
      )}
    </>
  );
}

/** Takes a picture that is pasted anywhere on the page. */
function usePaste(take: (file: File | undefined) => void): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])][0];
      if (!file) return;
      event.preventDefault();
      take(file);
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  });
}
