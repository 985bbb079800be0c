/** Opens statistics, plan and session files, and saves sessions. What is refused changes nothing but the message. */
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import type { SavedSession } from "../../session/save-session.ts";
import { initialFiles } from "./files-state.ts";
import type { FileUsers } from "./open-files.ts";

const loadOpener = onDemand(() => import("./open-files.ts"));
const loadShown = onDemand(() => import("./shown-plan.ts"));
const loadSaver = onDemand(() => import("../../session/save-session.ts"));

export interface FilesActions {
  /** Puts files to use one after the other, statistics before plans; the first that is refused ends it. */
  open(files: readonly File[]): Promise<void>;
  /**
   * Shows the plan of a file that this browser keeps under a name, unless something else is asked for meanwhile.
   * @returns why it is not shown; null where it is, or where nobody waits for it any more.
   */
  showKept(name: string): Promise<string | null>;
  /** The page as it stands as a file; null where that failed, which is said. */
  saveSession(): Promise<SavedSession | null>;
  /** Runs the session's result again and compares it. @param statistics whether the model is calibrated again, too. */
  runAgain(statistics: boolean): Promise<void>;
  cancelRun(): void;
  /** Says why a file cannot be opened or written. */
  refuse(error: unknown): void;
  /** Puts away what is said of the last file. */
  dismiss(): void;
}

export function createFilesActions(
  context: Context,
  onLoss: (error: unknown) => boolean,
  users: FileUsers,
): FilesActions {
  const { patch } = context;
  let latest = 0;
  let cancel = () => {};
  const refuse = (error: unknown) => patch("files", { reading: null, outcome: null, failure: failureOf(error) });

  return {
    async open(files) {
      latest += 1;
      const mine = latest;
      patch("files", { ...initialFiles, reading: files.map((file) => file.name).join(", ") });
      cancel();
      try {
        await (await loadOpener()).openFiles(context, users, files, () => mine === latest);
      } catch (error) {
        if (mine === latest) refuse(error);
      }
    },
    showKept(name) {
      patch("pruning", { wanted: name });
      return loadShown()
        .then(({ showKept }) => showKept(context, users.pruning, name))
        .catch((error) => failureOf(error).message);
    },
    saveSession: () =>
      loadSaver()
        .then(({ saveSession }) => saveSession(context))
        .catch((error) => {
          refuse(error);
          return null;
        }),
    async runAgain(statistics) {
      const { createRun } = await loadOpener();
      cancel();
      const run = createRun(context, onLoss);
      ({ cancel } = run);
      await run.start(statistics);
    },
    cancelRun: () => cancel(),
    refuse,
    dismiss() {
      latest += 1;
      cancel();
      patch("files", initialFiles);
    },
  };
}
