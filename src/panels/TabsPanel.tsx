/**
 * What lies under the workbench: tabs after the WAI-ARIA pattern, collapsed until one is pressed, each loaded when it is
 * first opened. Arrow keys walk along the tabs; Enter opens one, because what is inside has to be fetched first.
 */
import {
  type ComponentType,
  type KeyboardEvent,
  type LazyExoticComponent,
  lazy,
  Suspense,
  useLayoutEffect,
  useRef,
} from "react";
import { TAB_NAMES, type TabName } from "../state/slices/preferences-state.ts";
import { PanelBoundary } from "./PanelBoundary.tsx";
import texts from "./shared/text.module.css";
import styles from "./TabsPanel.module.css";
import { useActions, useSelect } from "./use-workbench.ts";

interface Tab {
  readonly label: string;
  readonly Panel: LazyExoticComponent<ComponentType>;
}

const TABS: Readonly<Record<TabName, Tab>> = {
  compare: { label: "Compare", Panel: load(() => import("./ComparisonPanel.tsx")) },
  methods: { label: "Methods", Panel: load(() => import("./experiments/MethodsTab.tsx")) },
  curves: { label: "Curves", Panel: load(() => import("./experiments/CurvesTab.tsx")) },
  ablations: { label: "Ablations", Panel: load(() => import("./experiments/AblationsTab.tsx")) },
  windows: { label: "Windows", Panel: load(() => import("./experiments/WindowsTab.tsx")) },
  places: { label: "Where KL lives", Panel: load(() => import("./experiments/PlacesTab.tsx")) },
  layers: { label: "Layers", Panel: load(() => import("./experiments/LayersTab.tsx")) },
};

/** A file of the page that cannot be fetched (offline, or the page was updated meanwhile) leaves the rest standing. */
function load(fetch: () => Promise<{ default: ComponentType }>): LazyExoticComponent<ComponentType> {
  return lazy(() => fetch().catch(() => ({ default: TabMissing })));
}

export function TabsPanel() {
  const { preferences } = useActions();
  const open = useSelect((state) => state.preferences.tab);
  const list = useRef<HTMLDivElement>(null);

  const firstPressed = useRef(false);
  // Whoever opens the first one wants to see it; between open tabs nothing moves.
  useLayoutEffect(() => {
    if (open !== null && firstPressed.current) list.current?.scrollIntoView({ block: "start" });
    firstPressed.current = false;
  }, [open]);

  const toggle = (name: TabName) => {
    firstPressed.current = open === null;
    preferences.openTab(open === name ? null : name);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
    const next = tabAfterKey(event.key, tabs.indexOf(event.target as HTMLElement), tabs.length);
    if (next === null) return;
    event.preventDefault();
    tabs[next]?.focus();
  };

  const Panel = open && TABS[open].Panel;
  return (
    <div className={styles.tabs}>
      <div
        ref={list}
        role="tablist"
        aria-label="Comparisons and experiments"
        className={styles.list}
        onKeyDown={onKeyDown}
      >
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
      {Panel && (
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
            <Suspense fallback={<p className={texts.empty}>loading</p>}>
              <Panel />
            </Suspense>
          </PanelBoundary>
        </div>
      )}
    </div>
  );
}

/** The tab that a key leads to from the one at `place`, null for other keys. */
export function tabAfterKey(key: string, place: number, count: number): number | null {
  if (key === "ArrowRight") return (place + 1) % count;
  if (key === "ArrowLeft") return (place - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

function TabMissing() {
  return <p className={texts.empty}>This part of the page could not be loaded. Reload the page.</p>;
}
