/** The folder for llama.cpp: the files that it reads, the plan, and a README that says how they are used. */
import { serialisePlan } from "../../../core/plan.ts";
import type { Checkpoint } from "../../checkpoint.ts";
import { requireReadable } from "../../float-formats.ts";
import { type ExportedFile, fileOf, type MakeExport } from "../contract.ts";
import { copiedFiles, LICENCE_FILES } from "../copied-files.ts";
import { exportName } from "../names.ts";
import type { NumberFormat } from "../number-format.ts";
import { readmeFile } from "../readme.ts";
import { openSlicedWeights } from "../sliced-weights.ts";
import { ggufFiles, MODEL_FILE, VISION_FILE } from "./files.ts";

/** The model comes last: without it nothing opens the folder. */
export const ggufExport: MakeExport = async (source, { precision, onProgress, signal }) => {
  const { checkpoint, plan } = source;
  const sliced = await openSlicedWeights({ ...source, ...checkpoint }, "F32", { onProgress, signal });
  const format = precision === "stored" ? storedFormat(checkpoint) : precision;
  const name = exportName(plan, checkpoint.name);
  const { model, vision, notes } = await ggufFiles(checkpoint, sliced, { name, format, signal });
  const words = { format: "GGUF for llama.cpp", library: null, use: useText(vision), notes };
  return [
    ...(vision ? [vision] : []),
    fileOf("plan.json", serialisePlan(plan)),
    ...(await copiedFiles(checkpoint.folder, LICENCE_FILES, signal)),
    await readmeFile(source, sliced, words, signal),
    model,
  ];
};

/** That of the largest table, since the file has one format for all matrices. */
function storedFormat({ weights, config }: Pick<Checkpoint, "weights" | "config">): NumberFormat {
  const tables = [...weights.tensors.values()].filter(({ shape }) => shape[0] === config.text.vocabularySize);
  const [largest] = tables.toSorted((a, b) => b.size - a.size);
  return largest ? requireReadable(largest).dtype : "F16";
}

function useText(vision: ExportedFile | null): string {
  const text = `llama-cli -m ${MODEL_FILE} -p "Once upon a time"`;
  const picture = `llama-mtmd-cli -m ${MODEL_FILE} --mmproj ${VISION_FILE} --image picture.jpg -p "What is on the picture?"`;
  return `\`\`\`
${vision ? `${text}\n${picture}` : text}
\`\`\`

The architecture in the file is "deci", which llama.cpp and the programs around it read layer by layer.`;
}
