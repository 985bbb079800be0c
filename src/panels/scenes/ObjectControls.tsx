/** What can be done to the selected object and to the scene: native selects, and a row of buttons. */
import type { RefObject } from "react";
import { colours, materials, type Scene, shapes, sizes } from "../../scenes/scene.ts";
import {
  type Attributes,
  addProblem,
  changeProblem,
  objectIn,
  removeProblem,
} from "../../state/slices/input/scene-edit.ts";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./ObjectControls.module.css";

const attributes = [
  { name: "size", label: "Size", values: sizes },
  { name: "colour", label: "Colour", values: colours },
  { name: "material", label: "Material", values: materials },
  { name: "shape", label: "Shape", values: shapes },
] as const satisfies readonly { name: keyof Attributes; label: string; values: readonly string[] }[];

/** What the selected object is, to be changed; there is nothing of it while none is. */
export function ObjectAttributes({ scene, selected }: { readonly scene: Scene; readonly selected: number | null }) {
  const { scenes } = useActions();
  const object = objectIn(scene, selected);
  if (!object || selected === null) return null;
  return (
    <div className={styles.attributes}>
      {attributes.map(({ name, label, values }) => (
        <select
          key={name}
          className={controls.select}
          aria-label={label}
          title={label}
          value={object[name]}
          onChange={(event) => scenes.change({ [name]: event.currentTarget.value })}
        >
          {values.map((value) => {
            const problem = changeProblem(scene, selected, { [name]: value });
            return (
              <option key={value} value={value} disabled={problem !== null}>
                {problem === null ? value : `${value}: ${problem}`}
              </option>
            );
          })}
        </select>
      ))}
    </div>
  );
}

export interface SceneToolsProps {
  readonly scene: Scene;
  readonly selected: number | null;
  /** Set when the focus is to go to the objects, because the button that had it can no longer be pressed. */
  readonly keepFocus: RefObject<boolean>;
}

export function SceneTools({ scene, selected, keepFocus }: SceneToolsProps) {
  const { scenes } = useActions();
  const undoable = useSelect((state) => state.scenes.past.length > 0);
  const redoable = useSelect((state) => state.scenes.future.length > 0);
  const unselected = selected === null ? "select an object first" : null;
  return (
    <div className={styles.tools}>
      <EditButton label="Add" hint="Add an object" problem={addProblem(scene)} onClick={scenes.add} />
      <EditButton
        label="Remove"
        hint="Remove the selected object (Delete)"
        problem={removeProblem(scene) ?? unselected}
        onClick={() => {
          keepFocus.current = true;
          scenes.remove();
        }}
      />
      <EditButton
        label="Undo"
        hint="Undo the last edit (Ctrl + Z)"
        problem={undoable ? null : "nothing to undo"}
        onClick={scenes.undo}
      />
      <EditButton
        label="Redo"
        hint="Redo (Ctrl + Shift + Z)"
        problem={redoable ? null : "nothing to redo"}
        onClick={scenes.redo}
      />
    </div>
  );
}

interface EditButtonProps {
  readonly label: string;
  readonly hint: string;
  /** Why it cannot be pressed. It stays focusable: a button that takes the focus away with it is a trap. */
  readonly problem: string | null;
  readonly onClick: () => void;
}

function EditButton({ label, hint, problem, onClick }: EditButtonProps) {
  return (
    <button
      type="button"
      className={controls.button}
      title={problem === null ? hint : `${label}: ${problem}`}
      aria-disabled={problem !== null}
      onClick={() => problem === null && onClick()}
    >
      {label}
    </button>
  );
}
