/** React's way to the store: the workbench comes through a context, so that a test or a second page can bring its own. */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { invariant } from "../core/errors.ts";
import type { WorkbenchActions } from "../state/actions.ts";
import type { WorkbenchState } from "../state/shape.ts";
import type { Workbench } from "../state/store.ts";

export const WorkbenchContext = createContext<Workbench | null>(null);

export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext);
  invariant(workbench, "A panel stands outside of WorkbenchContext.");
  return workbench;
}

export function useActions(): WorkbenchActions {
  return useWorkbench().actions;
}

/** What `select` makes of the state; renders again when the result is another by `Object.is`. */
export function useSelect<Selected>(select: (state: WorkbenchState) => Selected): Selected {
  return useStore(useWorkbench().store, select);
}

/** The same for an object of several values, compared field by field. */
export function useSelectShallow<Selected>(select: (state: WorkbenchState) => Selected): Selected {
  return useStore(useWorkbench().store, useShallow(select));
}
