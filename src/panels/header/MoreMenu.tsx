/** What is wanted now and then: constants, files to take along, the look of the page, help. */
import { onDemand } from "../../core/on-demand.ts";
import type { Theme } from "../../state/slices/preferences-state.ts";
import { OpenFile } from "../OpenFile.tsx";
import controls from "../shared/controls.module.css";
import { useActions, useSelect, useWorkbench } from "../use-workbench.ts";
import menu from "./Menu.module.css";
import { Menu, MenuItem } from "./Menu.tsx";
import styles from "./MoreMenu.module.css";

const loadDownloads = onDemand(() => import("../downloads.ts"));

export function MoreMenu() {
  const { preferences } = useActions();
  const plan = useSelect((state) => state.pruning.frame !== null);
  const statistics = useSelect((state) => state.calibration.statistics !== null);
  const { store, actions } = useWorkbench();
  const download = (what: "downloadPlan" | "downloadStatistics") =>
    void loadDownloads().then((downloads) => downloads[what](store.getState()), actions.files.refuse);
  return (
    <Menu name="More" face="More" title="Constants, files, theme and help">
      <MenuItem title="Every constant of the method" onPress={() => preferences.open("parameters")}>
        Advanced
      </MenuItem>
      <hr />
      <MenuItem disabled={!plan} onPress={() => download("downloadPlan")}>
        Download plan (JSON)
      </MenuItem>
      <MenuItem disabled={!statistics} onPress={() => download("downloadStatistics")}>
        Download statistics (JSON)
      </MenuItem>
      <OpenFile className={menu.item} />
      <hr />
      <ThemeChoice />
      <hr />
      <MenuItem onPress={() => preferences.open("help")}>Help</MenuItem>
    </Menu>
  );
}

const THEMES: readonly { readonly theme: Theme; readonly label: string }[] = [
  { theme: "system", label: "System" },
  { theme: "light", label: "Light" },
  { theme: "dark", label: "Dark" },
];

function ThemeChoice() {
  const { preferences } = useActions();
  const chosen = useSelect((state) => state.preferences.theme);
  return (
    <fieldset className={styles.themes}>
      <legend>Theme</legend>
      {THEMES.map(({ theme, label }) => (
        <button
          key={theme}
          type="button"
          className={controls.button}
          aria-pressed={chosen === theme}
          onClick={() => preferences.setTheme(theme)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}
