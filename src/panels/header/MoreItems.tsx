/** What is wanted now and then: constants, files to take along, the look of the page, help. */
import { download } from "../../charts/save/download.ts";
import type { Theme } from "../../state/slices/preferences-state.ts";
import { downloadPlan, downloadStatistics } from "../downloads.ts";
import { OpenFile } from "../OpenFile.tsx";
import { ReportItem } from "../report/ReportItem.tsx";
import controls from "../shared/controls.module.css";
import { useActions, useSelect, useWorkbench } from "../use-workbench.ts";
import menu from "./Menu.module.css";
import { MenuItem } from "./Menu.tsx";
import styles from "./MoreItems.module.css";

export default function MoreItems() {
  const { preferences, files } = useActions();
  const model = useSelect((state) => state.model.status === "ready");
  const plan = useSelect((state) => state.pruning.frame !== null);
  const statistics = useSelect((state) => state.calibration.statistics !== null);
  const { store } = useWorkbench();
  const saveSession = async () => {
    const session = await files.saveSession();
    if (session) download(session.name, session.file);
  };
  return (
    <>
      <MenuItem title="Every constant of the method" onPress={() => preferences.open("parameters")}>
        Advanced
      </MenuItem>
      <hr />
      <MenuItem
        disabled={!plan}
        title="Write the model that the plan leaves, for other programs"
        onPress={() => preferences.open("export")}
      >
        Export the smaller model…
      </MenuItem>
      <MenuItem disabled={!plan} onPress={() => downloadPlan(store.getState())}>
        Download plan (JSON)
      </MenuItem>
      <MenuItem disabled={!statistics} onPress={() => downloadStatistics(store.getState(), "json")}>
        Download statistics (JSON)
      </MenuItem>
      <MenuItem
        disabled={!statistics}
        title="In a quarter of the bytes; every program that reads safetensors opens it"
        onPress={() => downloadStatistics(store.getState(), "safetensors")}
      >
        Download statistics (safetensors)
      </MenuItem>
      <ReportItem />
      <MenuItem
        disabled={!model}
        title="Everything but the model in one file: pictures, questions, own samples, constants, statistics, plan, pins, results"
        onPress={() => void saveSession()}
      >
        Save session
      </MenuItem>
      <OpenFile className={menu.item} />
      <hr />
      <ThemeChoice />
      <hr />
      <MenuItem onPress={() => preferences.open("help")}>Help</MenuItem>
    </>
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
