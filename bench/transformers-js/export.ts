/** Writes a checkpoint folder in the layout that transformers.js loads: the product's export of a plan that removes nothing. */
import { openFolderDestination } from "../../src/cli/folder-destination.ts";
import { outlineWeights } from "../../src/cli/open-model.ts";
import { defaultParameters } from "../../src/core/parameters.ts";
import { createPlan, planPruning } from "../../src/core/plan.ts";
import { openCheckpoint } from "../../src/models/checkpoint.ts";
import { onnxFiles } from "../../src/models/export/onnx/onnx-files.ts";
import { createNodeFolder } from "../../src/models/node-folder.ts";

/** In single precision. @param folder checkpoint folder. @param target folder that is written, which is not there yet. */
export async function exportCheckpoint(folder: string, target: string): Promise<void> {
  const checkpoint = await openCheckpoint(createNodeFolder(folder));
  const { config, layout, weightHash } = await outlineWeights(checkpoint);
  const keep = new Uint8Array(layout.unitCount).fill(1);
  const plan = createPlan(
    layout,
    { keep, values: new Float64Array(layout.unitCount), reachedRatio: 0 },
    { model: { name: checkpoint.name, weightHash }, method: "random", parameters: defaultParameters(), askedRatio: 0 },
  );
  const source = {
    checkpoint: { ...checkpoint, config },
    weightHash,
    layout,
    plan,
    pruning: planPruning(plan, layout),
  };
  const files = await onnxFiles(source, { precision: "F32" });
  const destination = await openFolderDestination(target);
  await destination.write(files, new AbortController().signal, () => {});
}
