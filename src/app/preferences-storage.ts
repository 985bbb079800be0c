/** Theme and shortcuts, kept in this browser; and the theme on the page. */
import type { PreferencesState, Theme } from "../state/preferences.ts";
import type { Workbench } from "../state/store.ts";

const KEY = "pivotscope.preferences";

/** Brings kept preferences back, follows their changes, and dresses the page. */
export function followPreferences({ store, actions: { preferences } }: Workbench): void {
  const kept = readKept();
  if (kept.theme) preferences.setTheme(kept.theme);
  if (kept.shortcuts !== undefined) preferences.setShortcuts(kept.shortcuts);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => {
    const { theme } = store.getState().preferences;
    document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  };
  dress();
  dark.addEventListener("change", dress);
  store.subscribe(
    (state) => state.preferences,
    ({ theme, shortcuts }) => {
      dress();
      keep({ theme, shortcuts });
    },
  );
}

type Kept = Partial<Pick<PreferencesState, "theme" | "shortcuts">>;

function readKept(): Kept {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as { theme?: unknown; shortcuts?: unknown };
    const isTheme = (value: unknown): value is Theme => value === "system" || value === "light" || value === "dark";
    return {
      ...(isTheme(found.theme) ? { theme: found.theme } : {}),
      ...(typeof found.shortcuts === "boolean" ? { shortcuts: found.shortcuts } : {}),
    };
  } catch {
    // Storage may be off or hold something else: the page works without.
    return {};
  }
}

function keep(preferences: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // As above.
  }
}
