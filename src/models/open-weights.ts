/**
 * Finding a checkpoint's weights and reading where everything lies, without reading the weights: one safetensors file,
 * or several with an index.
 */
import { PivotscopeError } from "../core/errors.ts";
import { onDemand } from "../core/on-demand.ts";
import { loadFolderErrors } from "./model-config-file.ts";
import { LENGTH_BYTES, parseSafetensorsHeader, readHeaderLength } from "./safetensors-header.ts";
import { type CheckpointFolder, readStream, readTextIfPresent } from "./source.ts";
import { createWeights, type WeightFile } from "./weight-files.ts";
import type { Weights } from "./weights.ts";

const SINGLE_FILE = "model.safetensors";
const SHARD_INDEX = "model.safetensors.index.json";

/** Small models lie in one file. */
const loadShards = onDemand(() => import("./open-shards.ts"));

/** Long enough for the headers of most files, so that one request does. */
const FIRST_READ_BYTES = 128 * 1024;

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
  const { openShards } = await loadShards();
  return openShards(folder, index, openFile, signal);
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
