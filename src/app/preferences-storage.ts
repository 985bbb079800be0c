/**
 * Theme, shortcuts and what was chosen about experiments, kept in this browser (results of experiments are found again
 * under the choices that they were measured with); and the theme on the page.
 */
import { parseChoices } from "../state/slices/experiments/experiments-choices.ts";
import type { ExperimentChoices } from "../state/slices/experiments/experiments-state.ts";
import type { PreferencesState, Theme } from "../state/slices/preferences-state.ts";
import type { Workbench } from "../state/store.ts";

const KEY = "pivotscope.preferences";

/** Brings kept preferences back, follows their changes, and dresses the page. */
export function followPreferences({ store, actions: { preferences, experiments } }: Workbench): void {
  const kept = readKept();
  if (kept.theme) preferences.setTheme(kept.theme);
  if (kept.shortcuts !== undefined) preferences.setShortcuts(kept.shortcuts);
  if (kept.choices) experiments.choose(kept.choices);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => {
    const { theme } = store.getState().preferences;
    document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  };
  dress();
  dark.addEventListener("change", dress);
  const keepAll = () => {
    const { preferences, experiments } = store.getState();
    const { theme, shortcuts } = preferences;
    const { metric: _metric, family: _family, ...choices } = experiments.choices;
    keep({ theme, shortcuts, choices });
  };
  store.subscribe((state) => state.preferences, dress);
  store.subscribe((state) => state.preferences, keepAll);
  store.subscribe((state) => state.experiments.choices, keepAll);
}

type Kept = Partial<Pick<PreferencesState, "theme" | "shortcuts">> & {
  readonly choices?: Partial<ExperimentChoices>;
};

function readKept(): Kept {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as {
      theme?: unknown;
      shortcuts?: unknown;
      choices?: unknown;
    };
    const isTheme = (value: unknown): value is Theme => value === "system" || value === "light" || value === "dark";
    return {
      ...(isTheme(found.theme) ? { theme: found.theme } : {}),
      ...(typeof found.shortcuts === "boolean" ? { shortcuts: found.shortcuts } : {}),
      ...(found.choices === undefined ? {} : { choices: parseChoices(found.choices) }),
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
