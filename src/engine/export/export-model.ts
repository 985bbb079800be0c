/** Makes a smaller model's files from the checkpoint as it lies, and writes them into one zip file. */
import { checkPlanModel, planPruning } from "../../core/plan.ts";
import { openCheckpoint } from "../../models/checkpoint.ts";
import { loadExport } from "../../models/export/formats.ts";
import type { FittedWeights } from "../../models/fit-weights.ts";
import type { Call, ExportOrder, ExportOutcome, ExportProgress } from "../contract.ts";
import type { Session } from "../session.ts";
import { createChosenSink, createKeptSink } from "./sink.ts";
import { writeExport } from "./zip-export.ts";

/**
 * Writes what `order` says of the session's model. The weights are read from their place once more: what a backend holds has
 * another number format, and may be on a GPU.
 *
 * @throws PivotscopeError `bad-input` for a plan of other weights, a module that keeps nothing, a full disk; `unsupported` for
 *   what the format cannot hold; what reading throws; `cancelled`.
 */
export async function exportModel(
  { checkpoint: { folder }, model }: Session,
  { format, precision, plan, name, measured, to }: ExportOrder,
  { signal, onProgress }: Call<ExportProgress>,
): Promise<ExportOutcome> {
  checkPlanModel(plan, { name: folder.name, weightHash: model.weightHash });
  const pruning = planPruning(plan, model.layout);
  const [makeExport, opened] = await Promise.all([
    loadExport(format),
    openCheckpoint(folder, signal ? { signal } : {}),
  ]);
  const checkpoint = { ...opened, config: configOf(opened, model) };
  const report = onProgress ?? (() => {});
  const files = await makeExport(
    { checkpoint, weightHash: model.weightHash, layout: model.layout, plan, pruning, measured },
    {
      precision,
      signal,
      onProgress: (done, total, item) => report({ stage: "reading", done, total, item }),
    },
  );
  const sink = await (to ? createChosenSink(to) : createKeptSink(name));
  const written = await writeExport(sink, { files, name, date: new Date(), onProgress: report, signal });
  return { ...written, files: files.map(({ path }) => path) };
}

/** That of the model, which has compared the matrices of head and embedding where the file has both. */
function configOf(
  { config, ifHeadsEqual }: FittedWeights,
  { definition: { text } }: Pick<Session["model"], "definition">,
) {
  const own = text.headWeights.some(({ tensor }) => tensor === text.ownHead);
  return ifHeadsEqual && !own ? ifHeadsEqual : config;
}
