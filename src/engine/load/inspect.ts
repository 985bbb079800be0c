/**
 * What a checkpoint would take, found out from its small files and its weights' headers: bytes to fetch, and whether this
 * device's limits allow each way to run it.
 */

import { throwIfCancelled } from "../../core/errors.ts";
import { onDemand } from "../../core/on-demand.ts";
import { architectureOf, type ModelConfig, openModelConfig } from "../../models/architectures/registry.ts";
import { countParameters } from "../../models/architectures/weight-slots.ts";
import { findChatTemplate } from "../../models/chat-template.ts";
import { fitWeights } from "../../models/fit-weights.ts";
import { readModelConfig } from "../../models/model-config-file.ts";
import { openWeights } from "../../models/open-weights.ts";
import { type CheckpointFolder, type FileEntry, OPTIONAL_FILES, readTextIfPresent } from "../../models/source.ts";
import type { Weights } from "../../models/weights.ts";
import type { Call, LoadOptions, LoadProgress, ModelNeeds } from "../contract.ts";
import { defineModel } from "./create-model.ts";
import type { Device } from "./device.ts";
import { runChoices } from "./run-choices.ts";
import { checkWeights } from "./weight-upload.ts";

const CONFIG = "config.json";
const SHARD_INDEX = "model.safetensors.index.json";

/**
 * Looks at the checkpoint in `folder`. A model that could never be loaded is refused here, before its weights are fetched.
 *
 * @throws PivotscopeError `not-found`, `network`, `unsupported`, `bad-checkpoint` or `cancelled`.
 */
export async function inspectCheckpoint(
  folder: CheckpointFolder,
  device: Device,
  options: LoadOptions,
  call: Call<LoadProgress> = {},
): Promise<ModelNeeds> {
  const { signal } = call;
  const report = (item: string) => call.onProgress?.({ stage: "files", done: 0, total: 0, item });
  const { text, config, weights } = await readStated(folder, signal, report);
  const definition = defineModel(config);
  checkWeights(definition, weights);
  report("sizes of all files");
  const files = await filesToRead(folder, weights, new TextEncoder().encode(text).length, signal);
  throwIfCancelled(signal);
  const bytesCached = files.reduce((sum, { cachedBytes }) => sum + cachedBytes, 0);
  return {
    name: folder.name,
    architecture: definition.architecture,
    parameters: countParameters(definition),
    version: folder.version ?? "",
    files,
    bytesToFetch: files.reduce((sum, { bytes }) => sum + bytes, 0) - bytesCached,
    bytesCached,
    dtypes: weights.dtypes,
    note: [await findLacking(folder, config, signal), folder.note ?? ""].filter((text) => text !== "").join(" "),
    choices: await runChoices(config, device, options),
  };
}

/** What config.json and the headers of the weights say of the model in `folder`. */
export async function readStated(
  folder: CheckpointFolder,
  signal: AbortSignal | undefined,
  report: (item: string) => void = () => undefined,
) {
  report(CONFIG);
  const text = await readModelConfig(folder, signal);
  const stated = await openModelConfig(text);
  throwIfCancelled(signal);
  report("headers of the weights");
  return { text, ...fitWeights(stated, await openWeights(folder, signal)) };
}

const loadLacking = onDemand(() => import("../../models/what-is-lacking.ts"));

/** What the folder cannot do, see `whatIsLacking`; of its small files only those are read whose names do not tell. */
async function findLacking(folder: CheckpointFolder, config: ModelConfig, signal: AbortSignal | undefined) {
  const has = async (...names: readonly string[]) =>
    (await Promise.all(names.map((name) => folder.has(name)))).includes(true);
  const hasTemplate = async () => {
    if (await has("chat_template.json", "chat_template.jinja")) return true;
    const tokenizerConfig = await readTextIfPresent(folder, "tokenizer_config.json", signal);
    return findChatTemplate({ tokenizerConfig, chatTemplateJson: null, chatTemplateJinja: null }) !== null;
  };
  const { pictures } = architectureOf(config);
  const hasProcessor = async () => {
    if (await has("preprocessor_config.json")) return true;
    const processor = await readTextIfPresent(folder, "processor_config.json", signal);
    return (await pictures?.openProcessor(config, { preprocessor: null, processor }, null)) !== null;
  };
  const { OLDER_TOKENIZERS, whatIsLacking } = await loadLacking();
  const older = await Promise.all(
    OLDER_TOKENIZERS.map(async (names) =>
      (await Promise.all(names.map((name) => has(name)))).includes(false) ? [] : names,
    ),
  );
  return whatIsLacking({
    tokenizer: await has("tokenizer.json"),
    olderTokenizer: older.find(({ length }) => length > 0) ?? [],
    template: await hasTemplate(),
    processor: pictures && (await hasProcessor()),
  });
}

/** Every file that loading reads, with its size. `configBytes` where the place cannot say how long config.json is. */
async function filesToRead(
  folder: CheckpointFolder,
  weights: Weights,
  configBytes: number,
  signal: AbortSignal | undefined,
): Promise<FileEntry[]> {
  const single = weights.files.some(({ path }) => path === "model.safetensors");
  const known = new Map(weights.files.map(({ path, bytes }) => [path, bytes]));
  known.set(CONFIG, configBytes);
  const paths = [CONFIG, ...OPTIONAL_FILES, ...(single ? [] : [SHARD_INDEX]), ...weights.files.map(({ path }) => path)];
  const entries = await Promise.all(
    paths.map(async (path) => {
      const entry = await folder.entry(path, signal);
      const bytes = known.get(path);
      // Some servers do not tell a file's size before it is read; that of the weights is known by then.
      return entry ?? (bytes === undefined ? null : { path, bytes, cachedBytes: 0 });
    }),
  );
  return entries.filter((entry) => entry !== null);
}
