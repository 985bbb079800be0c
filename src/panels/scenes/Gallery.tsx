/** Scenes and pictures to choose from: the model's own, or as many new scenes as one likes. */
import type { KeyboardEvent } from "react";
import { gallery } from "../../state/slices/input/input.ts";
import { encodeScene } from "../../state/slices/input/scene-link.ts";
import { shownScene } from "../../state/slices/input/scene-questions.ts";
import { placeAfterKey } from "../place-after-key.ts";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./Gallery.module.css";
import { SceneCanvas } from "./SceneCanvas.tsx";

/** Pixels of a thumbnail, twice what it takes on the page. */
const THUMBNAIL = 128;

export function Gallery() {
  const { input } = useActions();
  const examples = useSelect(gallery);
  const shown = useSelect(shownScene);
  const chosen = useSelect((state) => state.input.picture?.exampleId ?? null);
  const link = shown && encodeScene(shown);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const next = placeAfterKey(event.key, buttons.indexOf(event.target as HTMLButtonElement), buttons.length);
    if (next === null) return;
    event.preventDefault();
    buttons[next]?.focus();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields
    <div className={styles.examples} role="group" aria-label="Example pictures" onKeyDown={onKeyDown}>
      {examples.map((example, index) => (
        <button
          key={example.id}
          type="button"
          className={styles.example}
          // One stop of the Tab key.
          tabIndex={index && -1}
          // An edited scene is no longer the example that it was.
          aria-pressed={"scene" in example ? encodeScene(example.scene) === link : example.id === chosen}
          title={example.question}
          aria-label={`Example ${index + 1}: ${example.question}`}
          onClick={() => void input.chooseExample(example.id)}
        >
          {"scene" in example ? (
            <SceneCanvas scene={example.scene} pixels={THUMBNAIL} />
          ) : (
            <img src={example.imageUrl} alt="" width={64} height={64} />
          )}
          <span aria-hidden="true">{example.label ?? example.family}</span>
        </button>
      ))}
    </div>
  );
}

/** Draws new scenes to choose from, and goes back to the model's own. */
export function ShuffleButtons() {
  const { scenes } = useActions();
  const shuffled = useSelect((state) => state.scenes.shuffled.length > 0);
  const own = useSelect((state) => state.input.examples.length > 0);
  return (
    <>
      <button type="button" className={controls.button} title="Draw new scenes at random" onClick={scenes.shuffle}>
        Shuffle
      </button>
      {shuffled && own && (
        <button
          type="button"
          className={controls.button}
          title="Back to the examples that came with the model"
          onClick={scenes.showExamples}
        >
          Examples
        </button>
      )}
    </>
  );
}
