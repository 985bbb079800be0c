/** The shell: where each panel stands, and the keys that work everywhere. */
import { useEffect } from "react";
import { actionFor } from "../panels/actions.ts";
import { Dialogs } from "../panels/Dialogs.tsx";
import { HeaderBar } from "../panels/HeaderBar.tsx";
import { InputPanel } from "../panels/InputPanel.tsx";
import { LinkNotes } from "../panels/LinkNotes.tsx";
import { ModelStatus } from "../panels/ModelStatus.tsx";
import { PanelBoundary } from "../panels/PanelBoundary.tsx";
import { BudgetPanel, PlanPanel } from "../panels/PlanPanel.tsx";
import { ReasoningPanel } from "../panels/ReasoningPanel.tsx";
import { SliderPanel } from "../panels/SliderPanel.tsx";
import columns from "../panels/shared/columns.module.css";
import { TabsPanel } from "../panels/TabsPanel.tsx";
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
      <HeaderBar />
      <main>
        <LinkNotes />
        <ModelStatus />
        <div className={styles.workbench}>
          <PanelBoundary name="Picture and question">
            <InputPanel />
          </PanelBoundary>
          <div className={`${styles.sliderColumn} ${columns.panel}`}>
            <SliderPanel />
            <BudgetPanel />
          </div>
          <PanelBoundary name="The reasoning">
            <ReasoningPanel />
          </PanelBoundary>
          <PanelBoundary name="The plan">
            <PlanPanel />
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
