/** Reading config.json; what a folder without it is is found out by folder-errors.ts, which is loaded then. */
import { PivotscopeError } from "../core/errors.ts";
import type { CheckpointFolder } from "./source.ts";

const CONFIG = "config.json";

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
    const { folderError } = await import("./folder-errors.ts");
    throw (await folderError(folder, signal)) ?? error;
  }
}
