/** What opens over or beside the workbench by a key or a button, fetched when it is first opened. */
import { PartPanel } from "./PartPanel.tsx";
import { createPartStore } from "./use-part.ts";
import { useActions, useSelect } from "./use-workbench.ts";

const DIALOGS = {
  help: { name: "Help", store: createPartStore(() => import("./HelpDialog.tsx")) },
  export: { name: "Export", store: createPartStore(() => import("./export/ExportDialog.tsx")) },
  parameters: { name: "Advanced", store: createPartStore(() => import("./ParametersPanel.tsx")) },
} as const;

export function Dialogs() {
  const { preferences } = useActions();
  const open = useSelect((state) => state.preferences.dialog);
  return open && <PartPanel key={open} {...DIALOGS[open]} onClose={() => preferences.open(null)} />;
}
