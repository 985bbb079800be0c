/**
 * A sliced model in the layout of the hub's ONNX folders, which transformers.js and onnxruntime load: models in `onnx/`, settings
 * and tokenizer beside them. Key/value heads and widths may differ from layer to layer.
 */
import { PivotscopeError } from "../../../core/errors.ts";
import { serialisePlan } from "../../../core/plan.ts";
import type { Precision } from "../../../graph/precision.ts";
import { onnxLayoutOf } from "../../architectures/onnx-layouts.ts";
import { type ExportedFile, type ExportOptions, type ExportSource, fileOf, type MakeExport } from "../contract.ts";
import { exportName } from "../names.ts";
import { readmeFile } from "../readme.ts";
import { openSlicedWeights } from "../sliced-weights.ts";
import { LARGEST_FILE, partFiles } from "./part-file.ts";
import { settingsFiles } from "./settings-files.ts";

/** transformers.js's name for each number format, and what it appends to names of files. */
const FORMATS = {
  float32: { dtype: "fp32", suffix: "" },
  float16: { dtype: "fp16", suffix: "_fp16" },
} as const;

/**
 * In which format matrices are written and multiplied. What is stored as bfloat16 is written as float32, which holds it
 * exactly: onnxruntime multiplies bfloat16 neither on processors nor in browsers.
 *
 * @throws PivotscopeError `unsupported` where bfloat16 itself is asked for.
 */
function precisionOf({ checkpoint }: ExportSource, { precision }: Pick<ExportOptions, "precision">): Precision {
  if (precision === "BF16") {
    throw new PivotscopeError(
      "unsupported",
      "ONNX files are not written in bfloat16, which onnxruntime does not run on processors and in browsers.",
      "Choose float32, which holds every bfloat16 exactly, or float16.",
    );
  }
  const stored = checkpoint.weights.dtypes.every((dtype) => dtype === "F16") ? "F16" : "F32";
  return (precision === "stored" ? stored : precision) === "F16" ? "float16" : "float32";
}

/** As `onnxFiles`, with `largest` bytes in a file at most, beyond which weights stand in files of their own. */
export async function onnxFilesUpTo(
  largest: number,
  source: ExportSource,
  { precision: asked, onProgress, signal }: ExportOptions,
): Promise<readonly ExportedFile[]> {
  const { folder, stopIds } = source.checkpoint;
  const precision = precisionOf(source, { precision: asked });
  // Vectors stay in single precision: norms and biases are a thousandth of a model, and rounding them helps nobody.
  const weights = await openSlicedWeights({ ...source.checkpoint, ...source }, "F32", { onProgress, signal });
  const { config, definition } = weights;
  const { dtype, suffix } = FORMATS[precision];
  const parts = onnxLayoutOf(config)
    .parts(config, definition, precision)
    .map((part) => partFiles(part, weights, { folder: "onnx", suffix, largest }));
  const dataFiles = Object.fromEntries(
    parts.flatMap(({ name, dataFiles: count }) => (count > 0 ? [[name, count] as const] : [])),
  );
  const words = {
    format: `ONNX models in ${dtype} for transformers.js and onnxruntime`,
    library: "transformers.js",
    use: openingText(source, definition.vision !== null),
  };
  return [
    ...parts.flatMap(({ files }) => files),
    fileOf("plan.json", serialisePlan(source.plan)),
    await readmeFile(source, weights, words, signal),
    ...(await settingsFiles({ folder, stopIds, config }, { dtype, dataFiles }, signal)),
  ];
}

function openingText({ plan, checkpoint }: ExportSource, seeing: boolean): string {
  const autoClass = seeing ? "AutoModelForImageTextToText" : "AutoModelForCausalLM";
  const folder = exportName(plan, checkpoint.name);
  return `\`\`\`js
import { ${autoClass}, ${seeing ? "AutoProcessor" : "AutoTokenizer"} } from "@huggingface/transformers";

const ${seeing ? "processor = await AutoProcessor" : "tokenizer = await AutoTokenizer"}.from_pretrained("${folder}");
const model = await ${autoClass}.from_pretrained("${folder}");
\`\`\`

config.json names the number format, so none has to be asked for. Any onnxruntime runs the models in \`onnx/\`; the shapes of the decoder's \`past_key_values\` say how many key/value heads each layer has.`;
}

/** The files of the model; see `MakeExport`. */
export const onnxFiles: MakeExport = (source, options) => onnxFilesUpTo(LARGEST_FILE, source, options);
