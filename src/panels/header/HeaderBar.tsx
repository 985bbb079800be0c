/** What the page is about: model, method, and what can be taken along. */
import { methods } from "../../core/methods/index.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./HeaderBar.module.css";
import { ModelChip } from "./ModelChip.tsx";
import { MoreMenu } from "./MoreMenu.tsx";
import { ShareButton } from "./ShareButton.tsx";

export function HeaderBar() {
  return (
    <header className={styles.header}>
      <h1 className={styles.brand}>Pivotscope</h1>
      <ModelChip />
      <div className={styles.tools}>
        <MethodSelect />
        <OpenModelButton />
        <ShareButton />
        <MoreMenu />
      </div>
    </header>
  );
}

/** Opens the dialog in which another model is chosen; it is loaded when it is first wanted. */
function OpenModelButton() {
  const { opening } = useActions();
  return (
    <button type="button" className={controls.button} aria-haspopup="dialog" onClick={() => opening.show()}>
      Open model
    </button>
  );
}

function MethodSelect() {
  const { pruning } = useActions();
  const method = useSelect((state) => state.pruning.method);
  return (
    <label className={controls.labelled} title={methodText(method)}>
      <span className={texts.note}>Method</span>
      <select
        className={controls.select}
        aria-label="Method"
        value={method}
        onChange={(event) => pruning.setMethod(event.currentTarget.value)}
      >
        {methods.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What a method takes a unit to be worth, and where it is from. */
function methodText(name: string): string {
  const method = methods.find((candidate) => candidate.name === name);
  return method ? `${method.explanation} ${method.source}` : "";
}
