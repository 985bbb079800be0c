/** The small files beside the models, as transformers.js looks for them: settings, tokenizer, chat template, and the licence. */
import { readJsonText } from "../../../core/json/read.ts";
import { anyObject, type JsonObject } from "../../../core/json/schemas.ts";
import { onnxLayoutOf } from "../../architectures/onnx-layouts.ts";
import type { ModelConfig } from "../../architectures/registry.ts";
import { checkpointFile } from "../../checkpoint-file.ts";
import { readModelConfig } from "../../model-config-file.ts";
import { type CheckpointFolder, readTextIfPresent } from "../../source.ts";
import { type ExportedFile, fileOf } from "../contract.ts";
import { copiedFiles, LICENCE_FILES } from "../copied-files.ts";

/** What transformers.js is told in config.json. */
export interface LoadingSettings {
  /** Number format that is loaded where nobody names one, as transformers.js calls it. */
  readonly dtype: "fp32" | "fp16";
  /** Of each model's file with weights beside it, in how many files. */
  readonly dataFiles: Readonly<Record<string, number>>;
}

export interface SettingsSource {
  /** The checkpoint that was sliced. */
  readonly folder: CheckpointFolder;
  readonly config: ModelConfig;
  /** Token ids that end a reply. */
  readonly stopIds: readonly number[];
}

/** What a slice does not change. */
const COPIED = ["tokenizer.json", ...LICENCE_FILES];

function jsonFile(path: string, content: JsonObject): ExportedFile {
  return fileOf(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** @throws PivotscopeError what reading the checkpoint's small files throws; `bad-checkpoint` for one that is no JSON. */
export async function settingsFiles(
  { folder, config, stopIds }: SettingsSource,
  { dtype, dataFiles }: LoadingSettings,
  signal?: AbortSignal,
): Promise<ExportedFile[]> {
  const readText = (path: string) => readTextIfPresent(folder, path, signal);
  const parse = (path: string, text: string) => readJsonText(anyObject, text, checkpointFile(path));
  const read = async (path: string) => {
    const text = await readText(path);
    return text === null ? null : parse(path, text);
  };
  const settings = onnxLayoutOf(config).settings(config, {
    config: parse("config.json", await readModelConfig(folder, signal)),
    preprocessor: await read("preprocessor_config.json"),
    processor: await read("processor_config.json"),
  });
  // Not what the original's config.json says of ONNX files beside it: they are others.
  const loading = {
    dtype,
    ...(Object.keys(dataFiles).length > 0 ? { use_external_data_format: dataFiles } : {}),
  };
  const copied = await copiedFiles(folder, COPIED, signal);
  const hasTokenizer = copied.some(({ path }) => path === "tokenizer.json");
  const written: readonly (readonly [string, JsonObject | null])[] = [
    ["generation_config.json", { ...(await read("generation_config.json")), eos_token_id: stopIds }],
    ["preprocessor_config.json", settings.preprocessor],
    ["processor_config.json", settings.processor],
    ["tokenizer_config.json", hasTokenizer ? await tokenizerConfig(read, readText) : null],
    // The last, without which nobody takes the folder for a model.
    ["config.json", { ...settings.config, "transformers.js_config": loading }],
  ];
  return [...copied, ...written.flatMap(([path, content]) => (content === null ? [] : [jsonFile(path, content)]))];
}

/** transformers.js takes the chat template from here; checkpoints may have it in a file of its own, which then has the say. */
async function tokenizerConfig(
  read: (path: string) => Promise<JsonObject | null>,
  readText: (path: string) => Promise<string | null>,
): Promise<JsonObject> {
  const found = await read("tokenizer_config.json");
  const template = (await readText("chat_template.jinja")) ?? (await read("chat_template.json"))?.chat_template;
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    ...found,
    ...(template === undefined ? {} : { chat_template: template }),
  };
}
