/** The entry of a menu that opens statistics, plan and session files. */
import type { ChangeEvent } from "react";
import hidden from "../styles/hidden.module.css";
import { useActions } from "./use-workbench.ts";

export function OpenFile({ className }: { readonly className: string | undefined }) {
  const { files } = useActions();
  const onPick = ({ currentTarget: field }: ChangeEvent<HTMLInputElement>) => {
    void files.open([...(field.files ?? [])]);
    // The same file may be picked again after it was refused.
    field.value = "";
    field.closest<HTMLElement>("[popover]")?.hidePopover();
  };
  return (
    <label className={className} title="JSON, safetensors or a session that this page or the command line has written">
      Open a plan, statistics or session
      <input
        type="file"
        multiple
        className={hidden.visuallyHidden}
        accept=".json,.safetensors,.zip,application/json,application/zip"
        onChange={onPick}
      />
    </label>
  );
}
