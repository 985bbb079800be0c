/** What a folder is that is no checkpoint: often something that a sentence can name, and its way out. */
import { PivotscopeError } from "../core/errors.ts";
import { readJsonText } from "../core/json/read.ts";
import { anything, object } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import { type CheckpointFolder, readTextIfPresent } from "./source.ts";
import { STATISTICS_NAME } from "./statistics-file/format.ts";

const CONFIG = "config.json";
const ADAPTER = "adapter_config.json";

/** What a folder without config.json is; null where nothing is known of it. */
export async function folderError(folder: CheckpointFolder, signal?: AbortSignal): Promise<PivotscopeError | null> {
  return (await adapterError(folder, signal)) ?? (await otherError(folder));
}

/** The error for a folder that holds an adapter of PEFT; null where it holds none. */
export async function adapterError(folder: CheckpointFolder, signal?: AbortSignal): Promise<PivotscopeError | null> {
  const text = await readTextIfPresent(folder, ADAPTER, signal);
  if (text === null) return null;
  const schema = object({ peft_type: anything, base_model_name_or_path: anything });
  const { peft_type: type, base_model_name_or_path: base } = readJsonText(schema, text, checkpointFile(ADAPTER));
  // Names of kinds come from the file, and no article suits them all.
  const kind = typeof type === "string" && type !== "LORA" ? `an adapter (${type})` : "a LoRA adapter";
  const model = typeof base === "string" && base !== "" ? base : "another model";
  return new PivotscopeError(
    "unsupported",
    `${folder.name} is ${kind} for ${model}: it changes that model and is none by itself.`,
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

/** Weights that are there in formats that are not read, the best known first. */
const OTHER_FORMATS = [".safetensors", ".bin", ".gguf", ".onnx", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".npz"];

/**
 * Says which weights the folder has instead of `files`, where it can list its files.
 *
 * @param absent what was found out about the first of `files`.
 */
export async function noWeights(
  folder: CheckpointFolder,
  [single, index]: readonly [string, string],
  absent: PivotscopeError,
): Promise<PivotscopeError> {
  const adapter = await adapterError(folder).catch(() => null);
  if (adapter) return adapter;
  const listed = (await folder.list?.().catch(() => [])) ?? [];
  const paths = listed.filter((path) => path !== STATISTICS_NAME);
  const others = OTHER_FORMATS.flatMap((ending) => paths.filter((path) => path.toLowerCase().endsWith(ending)));
  const [first = ""] = others;
  if (first === "") {
    // What was found out about the file, for example a status that could also mean that it is locked.
    return new PivotscopeError("not-found", `${absent.message} Nor is ${index} there.`, absent.hint);
  }
  if (/\.gguf$/i.test(first)) return ggufError(folder.name, first);
  const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
  return new PivotscopeError(
    "unsupported",
    `${folder.name} has no ${single} and no ${index}; its weights are in ${others.slice(0, 3).join(", ")}${more}.`,
    "Supported are safetensors files with these names. Look for a version of the model in that format, or convert it.",
  );
}
