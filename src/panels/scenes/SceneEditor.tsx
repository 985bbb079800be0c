/** The picture of a scene, to be changed with pointer or keys. */
import { type KeyboardEvent, useRef } from "react";
import { useWidth } from "../../charts/plot/use-width.ts";
import { cellAt, GRID, rowAndColumn, type Scene } from "../../scenes/scene.ts";
import { objectIn } from "../../state/slices/input/scene-edit.ts";
import { isBundled } from "../../state/slices/model/model.ts";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { ObjectAttributes, SceneTools } from "./ObjectControls.tsx";
import { SceneCanvas } from "./SceneCanvas.tsx";
import styles from "./SceneEditor.module.css";
import { SceneObjects } from "./SceneObjects.tsx";
import { useDrag } from "./use-drag.ts";
import { heldOutNote, objectName } from "./words.ts";

/** Drawing takes time that grows with the area, and finer is not seen. */
const MOST_PIXELS = 640;

export function SceneEditor({ scene }: { readonly scene: Scene }) {
  const { scenes } = useActions();
  const selected = useSelect((state) => state.scenes.selected);
  // Only the bundled model was trained on these scenes.
  const bundled = useSelect(isBundled);
  const [stage, width] = useWidth<HTMLDivElement>(236);
  const drag = useDrag(width, ({ cell, x, y }) => scenes.drop(cell, x, y));
  const keepFocus = useRef(false);
  const object = objectIn(scene, selected);
  const { dragged } = drag;

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    keepFocus.current = document.activeElement?.closest("[data-stage]") !== null;
    if (key === "y" || event.shiftKey) scenes.redo();
    else scenes.undo();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that work on every control inside
    <div className={styles.scene} onKeyDown={onKeyDown}>
      <div
        ref={stage}
        data-stage
        className={styles.stage}
        data-dragging={dragged !== null || undefined}
        onPointerDown={(event) => event.target instanceof HTMLButtonElement || scenes.select(null)}
      >
        <SceneCanvas
          scene={scene}
          pixels={Math.min(MOST_PIXELS, Math.round(width * window.devicePixelRatio))}
          dragged={dragged}
          label={`Asked about: a scene of ${scene.objects.length} objects`}
        />
        {dragged && <Target cell={cellAt(dragged.x, dragged.y)} />}
        <SceneObjects scene={scene} selected={selected} drag={drag} keepFocus={keepFocus} />
      </div>
      <div className={styles.words}>
        <p aria-live="polite">
          {object ? (
            objectName(object)
          ) : (
            <span className={texts.note}>
              Select an object to change its size, colour, material or shape; drag it to another place.
            </span>
          )}
        </p>
        {object && <ObjectAttributes scene={scene} selected={selected} />}
      </div>
      <SceneTools scene={scene} selected={object ? selected : null} keepFocus={keepFocus} />
      <p className={texts.note}>{bundled && heldOutNote(scene.objects)}</p>
    </div>
  );
}

/** The cell that a dragged object would settle in. */
function Target({ cell }: { readonly cell: number }) {
  const { row, column } = rowAndColumn(cell);
  const share = (index: number) => `${(100 * index) / GRID}%`;
  return (
    <div
      className={styles.target}
      style={{ left: share(column), top: share(row), width: share(1), height: share(1) }}
      aria-hidden
    />
  );
}
