/** Reading config.json; what a folder without it is is found out by folder-errors.ts, which is loaded then. */

import { PivotscopeError } from "../core/errors.ts";
import { onDemand } from "../core/on-demand.ts";
import type { CheckpointFolder } from "./source.ts";

const CONFIG = "config.json";

/** What says why a folder cannot be opened. */
export const loadFolderErrors = onDemand(() => import("./folder-errors.ts"));

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
    const { folderError } = await loadFolderErrors();
    throw (await folderError(folder, signal)) ?? error;
  }
}
