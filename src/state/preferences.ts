/** How the page looks and what lies open on it; nothing here changes a number. */
import type { Context } from "./context.ts";

export type Theme = "system" | "light" | "dark";

export interface PreferencesState {
  readonly theme: Theme;
  readonly dialog: "help" | "parameters" | null;
  /** Whether single keys act outside of text fields; they can get in the way of speech input (WCAG 2.1.4). */
  readonly shortcuts: boolean;
}

export const initialPreferences: PreferencesState = { theme: "system", dialog: null, shortcuts: true };

export interface PreferencesActions {
  setTheme(theme: Theme): void;
  /** system → light → dark → system. */
  nextTheme(): void;
  setShortcuts(shortcuts: boolean): void;
  open(dialog: PreferencesState["dialog"]): void;
}

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

export function createPreferencesActions({ patch, get }: Context): PreferencesActions {
  return {
    setTheme: (theme) => patch("preferences", { theme }),
    nextTheme: () => patch("preferences", { theme: NEXT[get().preferences.theme] }),
    setShortcuts: (shortcuts) => patch("preferences", { shortcuts }),
    open: (dialog) => patch("preferences", { dialog }),
  };
}
