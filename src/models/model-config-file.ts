/** Reading config.json, and what a folder without it is: often something that a sentence can name, and its way out. */
import { PivotscopeError } from "../core/errors.ts";
import { readJsonText } from "../core/json/read.ts";
import { anything, object } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import { type CheckpointFolder, readTextIfPresent } from "./source.ts";

const CONFIG = "config.json";
const ADAPTER = "adapter_config.json";

/**
 * The text of config.json.
 *
 * @throws PivotscopeError `unsupported` for an adapter, for a GGUF file, and for a folder of checkpoint folders;
 *   `not-found` where nothing is known of the folder; whatever reading throws.
 */
export async function readModelConfig(folder: CheckpointFolder, signal?: AbortSignal): Promise<string> {
  try {
    return await folder.readText(CONFIG, signal);
  } catch (error) {
    if (!(error instanceof PivotscopeError) || error.code !== "not-found") throw error;
    throw (await adapterError(folder, signal)) ?? (await otherError(folder)) ?? error;
  }
}

/** The error for a folder that holds an adapter of PEFT; null where it holds none. */
export async function adapterError(folder: CheckpointFolder, signal?: AbortSignal): Promise<PivotscopeError | null> {
  const text = await readTextIfPresent(folder, ADAPTER, signal);
  if (text === null) return null;
  const schema = object({ peft_type: anything, base_model_name_or_path: anything });
  const { peft_type: type, base_model_name_or_path: base } = readJsonText(schema, text, checkpointFile(ADAPTER));
  const kind = typeof type === "string" && type !== "LORA" ? `${type} adapter` : "LoRA adapter";
  const model = typeof base === "string" && base !== "" ? base : "another model";
  return new PivotscopeError(
    "unsupported",
    `${folder.name} is a ${kind} for ${model}: it changes that model and is none by itself.`,
    `Merge it into ${model} (merge_and_unload() of PEFT, then save_pretrained), and open the folder that this writes.`,
  );
}

async function otherError(folder: CheckpointFolder): Promise<PivotscopeError | null> {
  const paths = (await folder.list?.().catch(() => [])) ?? [];
  const gguf = paths.find((path) => /\.gguf$/i.test(path));
  if (gguf !== undefined) return ggufError(folder.name, gguf);
  const inner = paths.filter((path) => path.endsWith(`/${CONFIG}`)).map((path) => path.slice(0, -CONFIG.length - 1));
  return inner.length === 0 ? null : innerError(folder.name, inner);
}

/** The error for a model that is there as `file` only, in GGUF. */
export function ggufError(name: string, file: string): PivotscopeError {
  return new PivotscopeError(
    "unsupported",
    `${name} has its model in ${file}, which is GGUF and not read here.`,
    "Open the model that it was made from, whose weights are safetensors files.",
  );
}

/** The error for a place whose checkpoints lie in the folders `inner`. */
export function innerError(name: string, inner: readonly string[]): PivotscopeError {
  const some = inner.slice(0, 3).join(", ");
  const [first = ""] = inner;
  return new PivotscopeError(
    "not-found",
    `${name} has no ${CONFIG} itself; there is one in ${some}${inner.length > 3 ? ` and ${inner.length - 3} more` : ""}.`,
    `Open the folder inside, for example ${name}/${first}.`,
  );
}
