/** Opens statistics and plan files. What is refused changes nothing but the message. */
import { PivotscopeError } from "../../../core/errors.ts";
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import type { CalibrationActions } from "../calibration.ts";
import type { PruningActions } from "../pruning/pruning.ts";
import { initialFiles } from "./files-state.ts";

const loadReader = onDemand(() => import("./read-file.ts"));

export interface FilesActions {
  /** Puts files to use one after the other, statistics before plans; the first that is refused ends it. */
  open(files: readonly File[]): Promise<void>;
  /** Says why a file cannot be opened or written. */
  refuse(error: unknown): void;
  /** Puts away what is said of the last file. */
  dismiss(): void;
}

export function createFilesActions(
  context: Context,
  calibration: Pick<CalibrationActions, "take">,
  pruning: Pick<PruningActions, "setParameters" | "show">,
): FilesActions {
  const { get, patch, inOneStep } = context;
  let latest = 0;

  async function open(files: readonly File[]): Promise<void> {
    latest += 1;
    const mine = latest;
    const name = files.map((file) => file.name).join(", ");
    patch("files", { reading: name, outcome: null, failure: null });
    try {
      const { summary, status } = get().model;
      if (!summary || status !== "ready") {
        throw new PivotscopeError("busy", `${name}: no model is loaded yet.`, "Open the file when the model is there.");
      }
      const { readFiles, useFile } = await loadReader();
      const read = await readFiles(files, summary);
      if (mine !== latest) return;
      if (get().model.summary?.weightHash !== summary.weightHash) {
        throw new PivotscopeError("busy", `${name}: another model has come meanwhile.`, "Open the file again.");
      }
      inOneStep(() => {
        const words = read.map((file) => useFile(file, get(), { calibration, pruning }));
        patch("files", { reading: null, outcome: words.join(" ") });
      });
    } catch (error) {
      if (mine === latest) patch("files", { reading: null, failure: failureOf(error) });
    }
  }

  return {
    open,
    refuse: (error) => patch("files", { reading: null, outcome: null, failure: failureOf(error) }),
    dismiss() {
      latest += 1;
      patch("files", initialFiles);
    },
  };
}
