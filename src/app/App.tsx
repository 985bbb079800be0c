/** The shell: where each panel stands, and the keys that work everywhere. */
import { useEffect } from "react";
import { actionFor } from "../panels/actions.ts";
import { Dialogs } from "../panels/Dialogs.tsx";
import { HeaderBar } from "../panels/header/HeaderBar.tsx";
import { InputPanel } from "../panels/InputPanel.tsx";
import { LinkNotes } from "../panels/LinkNotes.tsx";
import { ModelStatus } from "../panels/ModelStatus.tsx";
import { PanelBoundary } from "../panels/PanelBoundary.tsx";
import { BudgetPanel, PlanPanel } from "../panels/PlanPanel.tsx";
import { DetailPanel } from "../panels/reasoning/DetailPanel.tsx";
import { Lines } from "../panels/reasoning/Lines.tsx";
import { VerdictLine } from "../panels/reasoning/VerdictLine.tsx";
import { SliderPanel } from "../panels/SliderPanel.tsx";
import columns from "../panels/shared/columns.module.css";
import { TabsPanel } from "../panels/TabsPanel.tsx";
import { ThumbBar } from "../panels/ThumbBar.tsx";
import { useDrops } from "../panels/use-drops.ts";
import { WorkbenchContext } from "../panels/use-workbench.ts";
import type { Workbench } from "../state/store.ts";
import styles from "./App.module.css";

export interface AppProps {
  readonly workbench: Workbench;
}

export function App({ workbench }: AppProps) {
  useShortcuts(workbench);
  return (
    <WorkbenchContext value={workbench}>
      <Drops />
      <button type="button" className={styles.skip} onClick={() => document.getElementById("ratio")?.focus()}>
        Go to the pruning ratio
      </button>
      <HeaderBar />
      <main>
        <LinkNotes />
        <ModelStatus />
        <div className={styles.workbench}>
          <PanelBoundary name="Picture and question">
            <InputPanel />
          </PanelBoundary>
          <div className={`${styles.stage} ${columns.panel}`}>
            <PanelBoundary name="The reasoning">
              <div className={styles.verdict}>
                <VerdictLine />
              </div>
              <Lines />
            </PanelBoundary>
            <div className={styles.bar}>
              <ThumbBar />
              <SliderPanel />
              <BudgetPanel />
            </div>
          </div>
          <PanelBoundary name="The plan">
            <PlanPanel />
          </PanelBoundary>
          <PanelBoundary name="The divergence">
            <div className={`${columns.columnDetail} ${columns.panel}`}>
              <DetailPanel />
            </div>
          </PanelBoundary>
        </div>
        <TabsPanel />
      </main>
      <Dialogs />
    </WorkbenchContext>
  );
}

function Drops() {
  useDrops();
  return null;
}

function useShortcuts(workbench: Workbench): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!workbench.store.getState().preferences.shortcuts) return;
      const action = actionFor(event);
      if (!action) return;
      event.preventDefault();
      action.perform(workbench);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [workbench]);
}
