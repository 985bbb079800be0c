/** How somebody has set the page up. */
export type Theme = "system" | "light" | "dark";

/** What can lie open under the workbench, in the order of the tabs. */
export const TAB_NAMES = [
  "compare",
  "methods",
  "curves",
  "ablations",
  "windows",
  "places",
  "layers",
  "speed",
  "history",
] as const;

export type TabName = (typeof TAB_NAMES)[number];

export interface PreferencesState {
  readonly theme: Theme;
  readonly dialog: "help" | "parameters" | "export" | null;
  /** What lies open under the workbench. */
  readonly tab: TabName | null;
  /** Whether single keys act outside of text fields; they can get in the way of speech input (WCAG 2.1.4). */
  readonly shortcuts: boolean;
}

export const initialPreferences: PreferencesState = {
  theme: "system",
  dialog: null,
  tab: null,
  shortcuts: true,
};
