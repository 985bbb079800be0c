/** `slice`: a model without the units that a plan removes, as files that other programs open. */
import { inFile, PivotscopeError } from "../core/errors.ts";
import { parseJson, readJson, textSource } from "../core/json/read.ts";
import { number, object, text } from "../core/json/schemas.ts";
import type { Plan } from "../core/plan.ts";
import { openNodePlace } from "../engine/node-places.ts";
import { openCheckpoint } from "../models/checkpoint.ts";
import { EXPORT_FORMATS, loadExport } from "../models/export/formats.ts";
import type { NumberFormat } from "../models/export/number-format.ts";
import { readTwice } from "../models/source.ts";
import { defineCommand } from "./command.ts";
import type { CommandContext } from "./context.ts";
import { readText } from "./files.ts";
import { openFolderDestination } from "./folder-destination.ts";
import { outlineWeights } from "./open-model.ts";
import { requireOwnWeights } from "./own-weights.ts";
import { createProgressLine, percent } from "./progress.ts";
import { pruningForModel, readPlan } from "./read-plan.ts";

const DTYPES: Readonly<Record<string, NumberFormat | "stored">> = {
  stored: "stored",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
};

const options = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder, or hub:OWNER/NAME.", required: true },
  plan: { type: "text", value: "FILE", explanation: "Which units stay.", required: true },
  format: { type: "text", value: "NAME", explanation: `What to write: ${EXPORT_FORMATS.join(", ")}.`, required: true },
  out: { type: "text", value: "DIR", explanation: "Folder to write, which is not there yet.", required: true },
  dtype: {
    type: "text",
    value: "NAME",
    explanation: `Number format of the weights: ${Object.keys(DTYPES).join(", ")}; else as they are stored.`,
  },
  evaluation: { type: "text", value: "FILE", explanation: "What `evaluate` measured with this plan, for the README." },
  "any-weights": { type: "flag", explanation: "Take a plan that was made for other weights." },
} as const;

const EVALUATION = textSource("evaluation", "The evaluation file");

const evaluationSchema = object({
  model: text,
  weight_hash: text,
  plan: object({ method: text, ratio: object({ asked: number(0, 1), reached: number(0, 1) }) }, "that of a plan"),
  tokens: number(1),
  perplexity: number(0),
  dense_perplexity: number(0),
  kl: object({ mean: number(0), median: number(0), p95: number(0), maximum: number(0) }),
  argmax_match: number(0, 1),
});

/** What `evaluate` measured, in sentences. @throws PivotscopeError for a file of other weights or another plan. */
async function readMeasured(file: string, plan: Plan, model: { readonly name: string; readonly weightHash: string }) {
  const content = await readText(file);
  const found = inFile(file, () => readJson(evaluationSchema, parseJson(content, EVALUATION), EVALUATION));
  requireOwnWeights(file, { name: found.model, weightHash: found.weight_hash }, model);
  const { method, ratio } = found.plan;
  if (method !== plan.method || ratio.asked !== plan.ratio.asked || ratio.reached !== plan.ratio.reached) {
    throw new PivotscopeError(
      "bad-input",
      `${file}: plan: found ${method} at ${ratio.reached}; the plan is ${plan.method} at ${plan.ratio.reached}.`,
      "Evaluate with this plan, or leave --evaluation out.",
    );
  }
  const { kl, tokens } = found;
  return [
    `KL from the dense model's predictions, over ${tokens.toLocaleString("en")} tokens: mean ${short(kl.mean)}, median ${short(kl.median)}, 95th percentile ${short(kl.p95)} nats.`,
    `Perplexity of these traces: ${short(found.perplexity)}, the dense model's ${short(found.dense_perplexity)}.`,
    `Tokens that it ranks first as the trace has them: ${short(100 * found.argmax_match)} %.`,
  ];
}

const short = (value: number) => String(Number(value.toPrecision(3)));

export const slice = defineCommand({
  name: "slice",
  summary: "Write a model without what a plan removes, for other programs and for this one.",
  notes:
    "transformers: a folder of safetensors that transformers opens, and every command here.\n" +
    "onnx: ONNX models as the hub has them, which transformers.js and onnxruntime run.\n" +
    "gguf: model.gguf, and mmproj.gguf for models that see, which llama.cpp opens.\n" +
    "The folder is written beside its place and renamed when it is whole.",
  options,
  async run(given, context) {
    const precision = dtypeNamed(given.dtype ?? "stored");
    const makeExport = await loadExport(given.format);
    const from = await readPlan(given.plan);
    if (from === null) return;
    const { plan } = from;
    const inputs = [given.model, given.plan, given.evaluation];
    const destination = await openFolderDestination(given.out, inputs);
    const folder = await openNodePlace(given.model);
    await readTwice(folder, async () => {
      const { signal } = context;
      const checkpoint = await openCheckpoint(folder, { signal });
      const { name } = checkpoint;
      const { config, layout, weightHash } = await outlineWeights(checkpoint, signal);
      const pruning = pruningForModel(from, { name, weightHash, layout }, given["any-weights"]);
      if (pruning === null) return;
      const measured =
        given.evaluation === undefined ? [] : await readMeasured(given.evaluation, plan, { name, weightHash });
      const source = { checkpoint: { ...checkpoint, config }, weightHash, layout, plan, pruning, measured };
      const files = await makeExport(source, { precision, signal });
      await writeFiles(destination, files, context);
    });
  },
});

async function writeFiles(
  destination: Awaited<ReturnType<typeof openFolderDestination>>,
  files: Parameters<typeof destination.write>[0],
  context: CommandContext,
): Promise<void> {
  const line = createProgressLine(context);
  try {
    await destination.write(files, context.signal, (done, total, path) =>
      line.show(`Writing ${path}: ${percent(done, total)}`),
    );
  } finally {
    line.clear();
  }
}

function dtypeNamed(name: string): NumberFormat | "stored" {
  const found = Object.hasOwn(DTYPES, name) ? DTYPES[name] : undefined;
  if (found) return found;
  throw new PivotscopeError("bad-input", `dtype: found "${name}"; there are ${Object.keys(DTYPES).join(", ")}.`);
}
