/** How the page looks and what lies open on it; nothing here changes a number. */
import type { Context } from "../context.ts";

export type Theme = "system" | "light" | "dark";

/** What can lie open under the workbench, in the order of the tabs. */
export const TAB_NAMES = ["compare", "methods", "curves", "ablations", "windows", "places", "layers"] as const;

export type TabName = (typeof TAB_NAMES)[number];

export interface PreferencesState {
  readonly theme: Theme;
  readonly dialog: "help" | "parameters" | null;
  /** What lies open under the workbench. */
  readonly tab: TabName | null;
  /** Whether single keys act outside of text fields; they can get in the way of speech input (WCAG 2.1.4). */
  readonly shortcuts: boolean;
}

export const initialPreferences: PreferencesState = { theme: "system", dialog: null, tab: null, shortcuts: true };

export interface PreferencesActions {
  setTheme(theme: Theme): void;
  /** system → light → dark → system. */
  nextTheme(): void;
  setShortcuts(shortcuts: boolean): void;
  open(dialog: PreferencesState["dialog"]): void;
  /** Opens a tab, or closes what is open; a name that there is no tab of does nothing. */
  openTab(tab: string | null): void;
}

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

export function createPreferencesActions({ patch, get }: Context): PreferencesActions {
  return {
    setTheme: (theme) => patch("preferences", { theme }),
    nextTheme: () => patch("preferences", { theme: NEXT[get().preferences.theme] }),
    setShortcuts: (shortcuts) => patch("preferences", { shortcuts }),
    open: (dialog) => patch("preferences", { dialog }),
    openTab(tab) {
      const known = TAB_NAMES.find((name) => name === tab);
      if (tab === null || known) patch("preferences", { tab: known ?? null });
    },
  };
}
