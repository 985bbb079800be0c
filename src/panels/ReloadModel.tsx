/** The next step after a lost device or a dead worker. */

import controls from "./shared/controls.module.css";
import { useActions, useSelect } from "./use-workbench.ts";

export function ReloadModel() {
  const { model } = useActions();
  const loading = useSelect((state) => state.model.status === "loading");
  return (
    <button type="button" className={controls.button} disabled={loading} onClick={() => void model.reload()}>
      Reload model
    </button>
  );
}
