/** README.md of an export: what it is, from which weights, by which plan, with which numbers, under which licence. */
import { methodLabel } from "../../core/methods/index.ts";
import type { Tower } from "../../core/unit.ts";
import { VERSION } from "../../core/version.ts";
import { type TowerDefinition, towersOf } from "../architectures/definition.ts";
import { readTextIfPresent } from "../source.ts";
import { type ExportedFile, type ExportSource, fileOf } from "./contract.ts";
import { type ModelCard, readModelCard } from "./model-card.ts";
import { exportName } from "./names.ts";
import { type SlicedWeights, sizeOf } from "./sliced-weights.ts";

/** What only a format can say of itself. */
export interface FormatWords {
  /** What it is a folder of, for example "safetensors for transformers". */
  readonly format: string;
  /** The library that hubs show, for example "transformers"; null for none. */
  readonly library: string | null;
  /** How it is opened, in Markdown. */
  readonly use: string;
  /** What the format could not hold, a sentence each. */
  readonly notes?: readonly string[];
}

/** @throws what reading the original's README.md throws. */
export async function readmeFile(
  source: ExportSource,
  sliced: SlicedWeights,
  words: FormatWords,
  signal?: AbortSignal,
): Promise<ExportedFile> {
  const card = readModelCard(await readTextIfPresent(source.checkpoint.folder, "README.md", signal));
  return fileOf("README.md", readmeText(source, sliced, words, card));
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const count = (value: number) => value.toLocaleString("en");

function readmeText(source: ExportSource, sliced: SlicedWeights, words: FormatWords, card: ModelCard): string {
  const { checkpoint, weightHash, layout, plan, pruning, measured = [] } = source;
  const { name } = checkpoint;
  const label = methodLabel(plan.method);
  const parameters = sliced.tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const version = checkpoint.folder.version ? `, version \`${checkpoint.folder.version}\`` : "";
  const compensated =
    pruning.meanInputs && pruning.keep.includes(0)
      ? " What the removed units gave on average was added to biases."
      : "";
  return `${frontMatter(source, words, card)}
# ${exportName(plan, name)}

${name} without ${percent(plan.ratio.reached)} of its structural parameters (asked: ${percent(plan.ratio.asked)}), which ${label} found to be needed least. Written by Pivotscope ${VERSION} as ${words.format}: whole neurons, attention groups and heads are gone from the weights.${compensated}

- Made from: ${name}${version}, weights with SHA-256 \`${weightHash}\`.
- By the plan in \`plan.json\`: method ${label} (\`${plan.method}\`), with all its constants and the units that stay.
- Parameters: ${count(parameters)} of ${count(layout.totalParameters)}.

| tower | layers | attention units per layer | neurons per layer |
| --- | ---: | ---: | ---: |
${towersOf(sliced.definition).map(towerRow).join("\n")}

## Numbers

${measured.length > 0 ? measured.map((sentence) => `- ${sentence}`).join("\n") : "Nothing was measured when this was written."}

## Use

${[words.use, ...(words.notes ?? [])].join("\n\n")}

## Licence

${licenceText(name, card)}
`;
}

function frontMatter({ checkpoint, plan }: ExportSource, { library }: FormatWords, card: ModelCard): string {
  const seeing = checkpoint.config && "vision" in checkpoint.config;
  return [
    "---",
    ...(card.lines.some((line) => line.startsWith("license:")) ? [] : ["license: other"]),
    ...card.lines,
    `base_model: ${JSON.stringify(checkpoint.name)}`,
    ...(library === null ? [] : [`library_name: ${library}`]),
    `pipeline_tag: ${seeing ? "image-text-to-text" : "text-generation"}`,
    "tags:",
    ...["pivotscope", "pruned", plan.method].map((tag) => `  - ${tag}`),
    "---",
    "",
  ].join("\n");
}

const TOWERS: Readonly<Record<Tower, string>> = { text: "text", vision: "vision" };

function towerRow({ tower, layers }: TowerDefinition): string {
  const attention = layers.map(({ shape }) => shape.attentionUnits);
  const neurons = layers.map(({ mlpColumns }) => mlpColumns);
  return `| ${TOWERS[tower]} | ${layers.length} | ${range(attention)} | ${range(neurons)} |`;
}

function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? count(least) : `${count(least)} to ${count(most)}`;
}

function licenceText(name: string, { licence }: ModelCard): string {
  const whose = `The licence of ${name} goes on to hold for what is made of its weights`;
  return licence === null
    ? `${whose}. Its README.md names none that could be read; look there.`
    : `${whose}: ${licence}.`;
}
