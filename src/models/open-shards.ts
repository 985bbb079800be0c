/** Weights in several files with an index. */
import { PivotscopeError } from "../core/errors.ts";
import { MAXIMUM_HEADER_BYTES } from "./safetensors-header.ts";
import { mergeShards, parseSafetensorsIndex } from "./safetensors-index.ts";
import { type CheckpointFolder, loadSizeErrors } from "./source.ts";
import { createWeights, type WeightFile } from "./weight-files.ts";
import type { Weights } from "./weights.ts";

const SHARD_INDEX = "model.safetensors.index.json";

/** Shards whose headers are read at once. */
const HEADERS_AT_ONCE = 8;

/** Reads a file's header, once `grow` has taken note of its length, see open-weights.ts. */
type OpenFile = (
  folder: CheckpointFolder,
  path: string,
  signal?: AbortSignal,
  grow?: (headerBytes: number) => Promise<void>,
) => Promise<WeightFile>;

/**
 * The shards that the index `text` of `folder` names.
 *
 * @throws PivotscopeError as `openWeights`.
 */
export async function openShards(
  folder: CheckpointFolder,
  text: string,
  openFile: OpenFile,
  signal?: AbortSignal,
): Promise<Weights> {
  const index = parseSafetensorsIndex(text, SHARD_INDEX);
  const files: WeightFile[] = [];
  let headerBytes = 0;
  // Headers are read before anybody has agreed to fetch anything, so all of them may be as long together as one alone.
  const grow = async (bytes: number) => {
    headerBytes += bytes;
    if (headerBytes <= MAXIMUM_HEADER_BYTES) return;
    const { headersTooLong } = await loadSizeErrors();
    throw headersTooLong(SHARD_INDEX, MAXIMUM_HEADER_BYTES);
  };
  for (let first = 0; first < index.paths.length; first += HEADERS_AT_ONCE) {
    const paths = index.paths.slice(first, first + HEADERS_AT_ONCE);
    files.push(...(await Promise.all(paths.map((path) => openShard(openFile, folder, path, grow, signal)))));
  }
  const headers = new Map(files.map((file) => [file.path, file.header]));
  return createWeights(SHARD_INDEX, files, mergeShards(headers, SHARD_INDEX), (name) => {
    const place = index.weightMap.get(name);
    return place === undefined ? "" : `, though "weight_map" says that it lies in ${place}`;
  });
}

async function openShard(
  openFile: OpenFile,
  folder: CheckpointFolder,
  path: string,
  grow: (headerBytes: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<WeightFile> {
  try {
    return await openFile(folder, path, signal, grow);
  } catch (error) {
    if (!(error instanceof PivotscopeError) || error.code !== "not-found") throw error;
    throw new PivotscopeError(
      "not-found",
      `${SHARD_INDEX} names ${path}, which is not in ${folder.name}.`,
      "Download all weight files of the model into the folder.",
    );
  }
}
