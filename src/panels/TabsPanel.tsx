/**
 * What lies under the workbench: tabs after the WAI-ARIA pattern, collapsed until one is pressed, each loaded when it is
 * first opened. Arrow keys walk along the tabs; Enter opens one, because what is inside has to be fetched first.
 */
import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import { TAB_NAMES, type TabName } from "../state/slices/preferences-state.ts";
import { PanelBoundary } from "./PanelBoundary.tsx";
import { type PanelStore, PartPanel } from "./PartPanel.tsx";
import { placeAfterKey } from "./place-after-key.ts";
import texts from "./shared/text.module.css";
import styles from "./TabsPanel.module.css";
import { useLinkedTab } from "./use-linked-tab.ts";
import { createPartStore } from "./use-part.ts";
import { useActions, useSelect } from "./use-workbench.ts";

interface Tab {
  readonly label: string;
  readonly panel: PanelStore;
}

const TABS: Readonly<Record<TabName, Tab>> = {
  compare: { label: "Compare", panel: createPartStore(() => import("./compare/ComparePanel.tsx")) },
  methods: { label: "Methods", panel: createPartStore(() => import("./experiments/MethodsTab.tsx")) },
  curves: { label: "Curves", panel: createPartStore(() => import("./experiments/CurvesTab.tsx")) },
  ablations: { label: "Ablations", panel: createPartStore(() => import("./experiments/AblationsTab.tsx")) },
  windows: { label: "Windows", panel: createPartStore(() => import("./experiments/WindowsTab.tsx")) },
  places: { label: "Where KL lives", panel: createPartStore(() => import("./experiments/PlacesTab.tsx")) },
  layers: { label: "Layers", panel: createPartStore(() => import("./experiments/LayersTab.tsx")) },
  speed: { label: "Speed", panel: createPartStore(() => import("./experiments/SpeedTab.tsx")) },
  history: { label: "History", panel: createPartStore(() => import("./history/HistoryTab.tsx")) },
};

export function TabsPanel() {
  const { preferences } = useActions();
  const open = useSelect((state) => state.preferences.tab);
  // The list sticks to the window's edges; what lies where it would lie otherwise says where the tabs begin.
  const start = useRef<HTMLDivElement>(null);
  useLinkedTab(start);

  const firstPressed = useRef(false);
  // Whoever opens the first one wants to see it; between open tabs nothing moves.
  useLayoutEffect(() => {
    if (open !== null && firstPressed.current) start.current?.scrollIntoView({ block: "start" });
    firstPressed.current = false;
  }, [open]);

  const toggle = (name: TabName) => {
    firstPressed.current = open === null;
    preferences.openTab(open === name ? null : name);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
    const next = placeAfterKey(event.key, tabs.indexOf(event.target as HTMLElement), tabs.length);
    if (next === null) return;
    event.preventDefault();
    tabs[next]?.focus();
  };

  return (
    <div className={styles.tabs}>
      <div ref={start} />
      <div role="tablist" aria-label="Comparisons and experiments" className={styles.list} onKeyDown={onKeyDown}>
        {TAB_NAMES.map((name, place) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            className={styles.tab}
            aria-selected={open === name}
            aria-expanded={open === name}
            aria-controls={open === name ? `tabpanel-${name}` : undefined}
            tabIndex={open === name || (open === null && place === 0) ? 0 : -1}
            onClick={() => toggle(name)}
          >
            {TABS[name].label}
          </button>
        ))}
      </div>
      {open && (
        <div
          key={open}
          role="tabpanel"
          className={styles.panel}
          id={`tabpanel-${open}`}
          aria-labelledby={`tab-${open}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the pattern makes the panel reachable, whatever is in it
          tabIndex={0}
        >
          <PanelBoundary name={TABS[open].label}>
            <PartPanel
              store={TABS[open].panel}
              name={TABS[open].label}
              waiting={<p className={texts.empty}>loading</p>}
            />
          </PanelBoundary>
        </div>
      )}
    </div>
  );
}
