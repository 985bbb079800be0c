/** Writes the model that a plan leaves to a file. */
import type { ExportProgress } from "../../../engine/contract.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import type { AskedExport } from "./export-order.ts";
import type { ExportingState } from "./exporting-state.ts";

export interface ExportingActions {
  /** Writes what was asked for, whatever the slider does meanwhile. */
  start(asked: AskedExport): Promise<void>;
  cancel(): void;
}

export function createExportingActions(context: Context, onLoss: (error: unknown) => boolean): ExportingActions {
  const job = createJob<ExportProgress, Pick<ExportingState, "outcome">>(context, {
    kind: "export",
    onError: onLoss,
    show: (shown, change) => context.patch("exporting", { ...shown, ...change }),
  });
  return {
    start: ({ order, of, fileName }) =>
      job.start(
        async ({ signal, report, inTurn }) => {
          const outcome = await inTurn((engine) => engine.exportModel(order, { signal, onProgress: report }));
          return { outcome: { ...outcome, of, fileName, format: order.format } };
        },
        { outcome: null },
      ),
    cancel: job.cancel,
  };
}
