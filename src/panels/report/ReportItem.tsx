/** The menu's entry that saves a report. It stays open until the file is there, or says why there is none. */
import { type MouseEvent, useState } from "react";
import { onDemand } from "../../core/on-demand.ts";
import { type Failure, failureOf } from "../../state/failure.ts";
import { Alert } from "../Alert.tsx";
import menu from "../header/Menu.module.css";
import { useSelect, useWorkbench } from "../use-workbench.ts";

const load = onDemand(() => import("./save-report.tsx"));

export function ReportItem() {
  const workbench = useWorkbench();
  const ready = useSelect(({ model, reasoning }) => model.summary !== null && reasoning.trace !== null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const save = async (event: MouseEvent<HTMLButtonElement>) => {
    const popover = event.currentTarget.closest<HTMLElement>("[popover]");
    setBusy(true);
    setFailure(null);
    try {
      const { saveReport } = await load();
      await saveReport(workbench);
      popover?.hidePopover();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        className={menu.item}
        disabled={!ready || busy}
        title="Everything that the page shows, as one file that opens and prints without it"
        onClick={(event) => void save(event)}
      >
        {busy ? "Making the report" : "Save report (HTML)"}
      </button>
      {failure && <Alert failure={failure} />}
    </>
  );
}
