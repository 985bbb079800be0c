/** The picture: the bundled ones as thumbnails, an own one dropped, pasted or picked. */
import { type ChangeEvent, type DragEvent, useEffect, useState } from "react";
import { Alert } from "./Alert.tsx";
import { useActions, useSelect } from "./use-workbench.ts";

export const PICTURE_TYPES = "image/png,image/jpeg,image/webp";

export function PicturePanel() {
  const { input: actions } = useActions();
  const picture = useSelect((state) => state.input.picture);
  const decoding = useSelect((state) => state.input.decoding);
  const failure = useSelect((state) => state.input.pictureFailure);
  const [over, setOver] = useState(false);

  const take = (file: File | undefined) => {
    if (file) void actions.choosePicture(file, file.name || "the pasted picture");
  };
  usePaste(take);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
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
      className="picture"
      data-over={over || undefined}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
    >
      <div className="picture-frame" aria-busy={decoding}>
        {picture ? (
          <img
            className="picture-image"
            data-small={picture.picture.width < 200 || undefined}
            src={picture.previewUrl}
            alt={`Asked about: ${picture.name}, ${picture.picture.width} × ${picture.picture.height} pixels`}
          />
        ) : (
          <p className="picture-empty">{decoding ? "Reading the picture" : "No picture yet"}</p>
        )}
      </div>
      <div className="row picture-own">
        <label className="button file-button">
          Own picture
          <input type="file" className="visually-hidden" accept={PICTURE_TYPES} onChange={onPick} />
        </label>
        <span className="note">{over ? "let go to use it" : "or drop or paste one: PNG, JPEG, WebP"}</span>
      </div>
      {failure && <Alert failure={failure} />}
      <Examples />
    </div>
  );
}

function Examples() {
  const { input: actions } = useActions();
  const examples = useSelect((state) => state.input.examples);
  const chosen = useSelect((state) => state.input.picture?.exampleId ?? null);
  if (examples.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields
    <div className="examples" role="group" aria-label="Example pictures">
      {examples.map((example) => (
        <button
          key={example.id}
          type="button"
          className="example"
          aria-pressed={example.id === chosen}
          title={example.question}
          aria-label={`Example ${example.id}: ${example.question}`}
          onClick={() => void actions.chooseExample(example.id)}
        >
          <img src={example.imageUrl} alt="" width={64} height={64} />
        </button>
      ))}
    </div>
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
