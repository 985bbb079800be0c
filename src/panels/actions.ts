/**
 * Everything that can be done with a key, as data: the key handler and the help dialog read this one list, and the
 * README's table of keys is held to it. Buttons have titles of their own, which say more.
 */
import { isBusy } from "../state/job-state.ts";
import type { Workbench } from "../state/store.ts";
import { OBJECT_ID } from "./scenes/SceneObjects.tsx";

export interface Action {
  readonly name: string;
  readonly label: string;
  /** `KeyboardEvent.key`. */
  readonly key: string;
  perform(workbench: Workbench): void;
}

function focus(id: string): void {
  document.getElementById(id)?.focus();
}

export const actions: readonly Action[] = [
  {
    name: "help",
    label: "Show or hide this help",
    key: "?",
    perform: ({ store, actions: { preferences } }) =>
      preferences.open(store.getState().preferences.dialog === "help" ? null : "help"),
  },
  { name: "ratio", label: "Go to the pruning ratio", key: "r", perform: () => focus("ratio") },
  {
    name: "less",
    label: "Prune 1 % less",
    key: "[",
    perform: ({ store, actions: { pruning } }) => pruning.setRatio(store.getState().pruning.ratio - 0.01),
  },
  {
    name: "more",
    label: "Prune 1 % more",
    key: "]",
    perform: ({ store, actions: { pruning } }) => pruning.setRatio(store.getState().pruning.ratio + 0.01),
  },
  { name: "question", label: "Go to the question", key: "q", perform: () => focus("question") },
  { name: "objects", label: "Go to the objects of the scene", key: "o", perform: () => focus(OBJECT_ID) },
  {
    name: "shuffle",
    label: "Draw new scenes to choose from",
    key: "s",
    perform: ({ actions: { scenes } }) => scenes.shuffle(),
  },
  {
    name: "compare",
    label: "Compare reasoning",
    key: "c",
    perform: ({ actions: { comparison } }) => void comparison.start(),
  },
  {
    name: "calibrate",
    label: "Calibrate, or cancel it",
    key: "k",
    perform: ({ store, actions: { calibration } }) => {
      if (isBusy(store.getState().calibration)) calibration.cancel();
      else if (store.getState().model.status === "ready") void calibration.start();
    },
  },
  {
    name: "advanced",
    label: "Open or close the method's constants",
    key: "a",
    perform: ({ store, actions: { preferences } }) =>
      preferences.open(store.getState().preferences.dialog === "parameters" ? null : "parameters"),
  },
  {
    name: "theme",
    label: "Next theme: system, light, dark",
    key: "t",
    perform: ({ actions: { preferences } }) => preferences.nextTheme(),
  },
];

/** Keys of the controls themselves, for the help dialog. */
export const controlKeys: readonly { readonly keys: string; readonly label: string }[] = [
  { keys: "← → on the slider", label: "1 % less, 1 % more" },
  { keys: "Page Up, Page Down, Shift + arrows", label: "5 %" },
  { keys: "Home, End", label: "0 %, 70 %" },
  { keys: "arrows in a chart", label: "walk along layers, units or tokens" },
  { keys: "Enter in the neuron field", label: "pin the unit" },
  { keys: "arrows, Enter on an object", label: "walk along the objects; select one, then move it" },
  { keys: "Delete, Escape on an object", label: "remove it; let go of it" },
  { keys: "Ctrl + Z, Ctrl + Shift + Z", label: "undo or redo an edit of the scene" },
  { keys: "Enter in the question", label: "ask; Shift + Enter for a new line" },
  { keys: "Ctrl or ⌘ + V", label: "use the picture in the clipboard" },
  { keys: "Escape", label: "close what is open" },
];

/** The action of a key event; null where typing or a modifier means something else. */
export function actionFor(event: KeyboardEvent): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  const target = event.target instanceof HTMLElement ? event.target : null;
  const typing = target?.matches("textarea, select, input:not([type=range], [type=checkbox], [type=file])") ?? false;
  return typing ? null : (actions.find((action) => action.key === event.key) ?? null);
}
