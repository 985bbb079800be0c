/** How the page looks and what lies open on it; nothing here changes a number. */
import type { Context } from "../context.ts";
import { type PreferencesState, TAB_NAMES, type Theme } from "./preferences-state.ts";

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
