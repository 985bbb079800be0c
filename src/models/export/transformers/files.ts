/**
 * A sliced model as a folder that transformers opens, and our own loader like any checkpoint: weights, config.json with the
 * widths of each layer, a class of its own where transformers' builds no such layers, and the original's small files.
 */
import type { JsonObject } from "../../../core/json/schemas.ts";
import { serialisePlan } from "../../../core/plan.ts";
import { type ExportSource, fileOf, type MakeExport } from "../contract.ts";
import { copiedFiles, LICENCE_FILES } from "../copied-files.ts";
import { exportName } from "../names.ts";
import { readmeFile } from "../readme.ts";
import { openSlicedWeights } from "../sliced-weights.ts";
import { isPlain, MODELING, slicedConfig } from "./config.ts";
import { modelingOf } from "./modelings.ts";
import type { OwnModeling } from "./own-modeling.ts";
import { weightFiles } from "./safetensors.ts";

/** What a slice does not change: tokenizer, processor, templates, what to stop at, what we recommend, the licence. */
const COPIED = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "chat_template.json",
  "chat_template.jinja",
  "preprocessor_config.json",
  "processor_config.json",
  "generation_config.json",
  "pivotscope.json",
  ...LICENCE_FILES,
];

const CONFIG = "config.json";

/** The folder's files; config.json, without which nothing opens it, comes last. */
export const transformersFiles: MakeExport = async (source, { precision, onProgress, signal }) => {
  const { checkpoint, layout, pruning, weightHash } = source;
  const { config, weights, folder } = checkpoint;
  const sliced = await openSlicedWeights({ config, weights, weightHash, layout, pruning }, precision, {
    onProgress,
    signal,
  });
  const original = await folder.readText(CONFIG, signal);
  const modeling = modelingOf(config, JSON.parse(original) as JsonObject);
  const plain = isPlain(sliced);
  const format = plain ? "safetensors for transformers" : "safetensors for transformers, with a class of its own";
  return [
    ...weightFiles(sliced),
    ...(await copiedFiles(folder, COPIED, signal)),
    ...(plain ? [] : [fileOf(`${MODELING}.py`, modeling.code)]),
    fileOf("plan.json", serialisePlan(source.plan)),
    await readmeFile(
      source,
      sliced,
      { format, library: "transformers", use: useText(source, modeling, plain) },
      signal,
    ),
    fileOf(CONFIG, slicedConfig(original, source, sliced, modeling, plain, precision)),
  ];
};

function useText({ plan, checkpoint }: ExportSource, { autoClass }: OwnModeling, plain: boolean): string {
  const folder = exportName(plan, checkpoint.name);
  const trust = plain ? "" : ", trust_remote_code=True";
  const why = plain
    ? "All layers of a tower are alike, so transformers' own class takes it."
    : `Layers differ in width, which transformers' own classes do not build: \`${MODELING}.py\` in this folder does, in a page of Python that you can read first. Without \`trust_remote_code\` transformers refuses the folder. Do not pass \`ignore_mismatched_sizes\`: it puts random numbers in the place of all pruned layers and says little about it.`;
  return `\`\`\`python
from transformers import ${autoClass}

model = ${autoClass}.from_pretrained("${folder}"${trust})
\`\`\`

${why}

Pivotscope opens the folder like any checkpoint.`;
}
