/**
 * Finding a checkpoint's weights and reading where everything lies, without reading the weights: one safetensors file,
 * or several with an index.
 */
import { PivotscopeError } from "../core/errors.ts";
import { loadFolderErrors } from "./model-config-file.ts";
import { LENGTH_BYTES, MAXIMUM_HEADER_BYTES, parseSafetensorsHeader, readHeaderLength } from "./safetensors-header.ts";
import { mergeShards, parseSafetensorsIndex } from "./safetensors-index.ts";
import { type CheckpointFolder, loadSizeErrors, readStream, readTextIfPresent } from "./source.ts";
import { createWeights, type WeightFile } from "./weight-files.ts";
import type { Weights } from "./weights.ts";

const SINGLE_FILE = "model.safetensors";
const SHARD_INDEX = "model.safetensors.index.json";

/** Long enough for the headers of most files, so that one request does. */
const FIRST_READ_BYTES = 128 * 1024;

/** Shards whose headers are read at once. */
const HEADERS_AT_ONCE = 8;

/**
 * Opens the weights in `folder`: reads and checks headers and index; the rest is left for `Weights.read`.
 *
 * @throws PivotscopeError `not-found` when there are no weights, `unsupported` when there are only such in other formats
 *   or dtypes that are not known, `bad-checkpoint` for a header or index that is not sound, `network`, `cancelled`.
 */
export async function openWeights(folder: CheckpointFolder, signal?: AbortSignal): Promise<Weights> {
  const single = await ifPresent(openFile(folder, SINGLE_FILE, signal));
  if (!(single instanceof PivotscopeError)) return createWeights(SINGLE_FILE, [single], single.header.tensors);
  const index = await readTextIfPresent(folder, SHARD_INDEX, signal);
  if (index === null) {
    const { noWeights } = await loadFolderErrors();
    throw await noWeights(folder, [SINGLE_FILE, SHARD_INDEX], single);
  }
  return openShards(folder, index, signal);
}

async function openShards(folder: CheckpointFolder, text: string, signal?: AbortSignal): Promise<Weights> {
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
    files.push(...(await Promise.all(paths.map((path) => openShard(folder, path, grow, signal)))));
  }
  const headers = new Map(files.map((file) => [file.path, file.header]));
  return createWeights(SHARD_INDEX, files, mergeShards(headers, SHARD_INDEX), (name) => {
    const place = index.weightMap.get(name);
    return place === undefined ? "" : `, though "weight_map" says that it lies in ${place}`;
  });
}

async function openShard(
  folder: CheckpointFolder,
  path: string,
  grow: (headerBytes: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<WeightFile> {
  const file = await ifPresent(openFile(folder, path, signal, grow));
  if (!(file instanceof PivotscopeError)) return file;
  throw new PivotscopeError(
    "not-found",
    `${SHARD_INDEX} names ${path}, which is not in ${folder.name}.`,
    "Download all weight files of the model into the folder.",
  );
}

/** Reads a safetensors file's header, once `grow` has taken note of its length. */
async function openFile(
  folder: CheckpointFolder,
  path: string,
  signal?: AbortSignal,
  grow: (headerBytes: number) => Promise<void> = async () => {},
): Promise<WeightFile> {
  const first = await readPart(folder, path, 0, FIRST_READ_BYTES, signal);
  const size = first.size ?? (await folder.entry(path, signal))?.bytes ?? null;
  const headerEnd = LENGTH_BYTES + readHeaderLength(first.bytes, size, path);
  await grow(headerEnd);
  let start = first.bytes;
  if (start.length < headerEnd) {
    const rest = await readPart(folder, path, start.length, headerEnd, signal);
    const whole = new Uint8Array(start.length + rest.bytes.length);
    whole.set(start);
    whole.set(rest.bytes, start.length);
    start = whole;
  }
  const header = parseSafetensorsHeader(start, size, path);
  return {
    path,
    bytes: header.dataEnd,
    header,
    headerBytes: start.slice(0, header.dataBegin),
    knownHash: (await folder.knownHash?.(path)) ?? null,
    createSha256: folder.createSha256?.bind(folder),
    open: (readSignal) => folder.open(path, { signal: readSignal }),
  };
}

async function readPart(folder: CheckpointFolder, path: string, from: number, to: number, signal?: AbortSignal) {
  const { size, stream } = await folder.open(path, { from, to, signal });
  const bytes = await readStream(stream, size === null ? null : Math.max(0, Math.min(to, size) - from), path);
  return { size, bytes };
}

/** The file, or the error that says that it is not there. */
async function ifPresent<Result>(opening: Promise<Result>): Promise<Result | PivotscopeError> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof PivotscopeError && error.code === "not-found") return error;
    throw error;
  }
}
