/**
 * The objects of a scene as buttons over the picture. One stop for the Tab key: while nothing is selected, arrows walk
 * from object to object; Enter selects one, arrows then move it, Delete removes it, Escape lets go.
 */
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { cellOf, radii, type Scene } from "../../scenes/scene.ts";
import type { Direction } from "../../state/slices/input/scene-edit.ts";
import hidden from "../../styles/hidden.module.css";
import { useActions } from "../use-workbench.ts";
import styles from "./SceneObjects.module.css";
import type { Drag } from "./use-drag.ts";
import { objectName } from "./words.ts";

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** Id of the object that the Tab key comes to. */
export const OBJECT_ID = "scene-object";

export interface SceneObjectsProps {
  readonly scene: Scene;
  readonly selected: number | null;
  readonly drag: Drag;
  /** Set before an edit by which the focused button may go away: the focus then stays among the objects. */
  readonly keepFocus: RefObject<boolean>;
}

export function SceneObjects({ scene, selected, drag, keepFocus }: SceneObjectsProps) {
  const { scenes } = useActions();
  const [visited, setVisited] = useState(0);
  const current = useRef<HTMLButtonElement | null>(null);
  const chosen = scene.objects.findIndex((object) => cellOf(object) === selected);
  const stop = chosen >= 0 ? chosen : Math.min(visited, scene.objects.length - 1);

  useLayoutEffect(() => {
    if (!keepFocus.current) return;
    keepFocus.current = false;
    current.current?.focus();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (direction) {
      keepFocus.current = true;
      const by = direction === "left" || direction === "up" ? -1 : 1;
      if (selected !== null) scenes.step(direction);
      else setVisited((stop + by + scene.objects.length) % scene.objects.length);
    } else if ((event.key === "Delete" || event.key === "Backspace") && selected !== null) {
      keepFocus.current = true;
      scenes.remove();
    } else if (event.key === "Escape" && selected !== null) {
      setVisited(stop);
      scenes.select(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields
    <div
      className={styles.objects}
      role="group"
      aria-label="Objects in the picture"
      aria-describedby="scene-keys"
      onKeyDown={onKeyDown}
    >
      <span id="scene-keys" className={hidden.visuallyHidden}>
        Enter selects an object; arrows then move it, Delete removes it, Escape lets go.
      </span>
      {scene.objects.map((object, index) => {
        const cell = cellOf(object);
        const at = drag.dragged?.cell === cell ? drag.dragged : object;
        const side = `${200 * radii[object.size]}%`;
        return (
          <button
            // Places in the list: a moved object takes over its neighbour's button, and the focus goes with it.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            key={index}
            ref={index === stop ? current : null}
            id={index === stop ? OBJECT_ID : undefined}
            type="button"
            className={styles.object}
            tabIndex={index === stop ? 0 : -1}
            aria-pressed={index === chosen}
            aria-label={objectName(object)}
            style={{ left: `${100 * at.x}%`, top: `${100 * at.y}%`, width: side, height: side }}
            onFocus={() => setVisited(index)}
            onClick={(event) => {
              const dragged = drag.endedDrag();
              if (!(dragged && event.detail > 0)) scenes.select(index === chosen ? null : cell);
            }}
            {...drag.handlers(object)}
          />
        );
      })}
    </div>
  );
}
