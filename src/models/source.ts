/**
 * Where a checkpoint's files come from.
 *
 * A `CheckpointFolder` is a folder in the layout of the Hugging Face hub, wherever it lies: at an address, among files
 * that somebody dropped on the page, or on a disk. Readers of the formats see only this interface.
 *
 * Every read rejects with a PivotscopeError: `not-found` when the file is not there, `network` when it could not be
 * fetched, `cancelled` when the signal was aborted, `bad-input` when the path would leave the folder.
 */

import { PivotscopeError } from "../core/errors.ts";
import { onDemand } from "../core/on-demand.ts";
import { plural } from "../core/words.ts";

/** What says that a file is longer than it may be. */
export const loadSizeErrors = onDemand(() => import("./size-errors.ts"));

/** Bytes read so far and bytes in all; `total` is 0 while it is unknown. */
export type ReadProgress = (done: number, total: number) => void;

/** A file whose bytes are on their way. */
export interface OpenFile {
  /** Bytes of the whole file, whatever part the stream gives; null when the place cannot say. */
  readonly size: number | null;
  /** The file's bytes in order, from the asked byte on. Errors are PivotscopeErrors, as those of every read. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Where the bytes come from, where the place can say. */
  readonly origin?: "network" | "cache" | "disk";
}

export interface OpenFileOptions {
  /** First byte that is wanted, 0 when absent. */
  readonly from?: number;
  /** Byte after the last that is wanted, the file's end when absent or beyond it. */
  readonly to?: number;
  readonly signal?: AbortSignal | undefined;
}

/** SHA-256 of bytes that pass by. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** 64 lower-case hex digits. */
  digest(): string;
}

/** What a place knows of a file without reading it. */
export interface FileEntry {
  readonly path: string;
  readonly bytes: number;
  /** Bytes of it that this browser or disk holds already, so that they need not be fetched. */
  readonly cachedBytes: number;
}

export interface CheckpointFolder {
  /** What people call this checkpoint. */
  readonly name: string;
  /** Paths of all files, where the place can say. */
  list?(): Promise<readonly string[]>;
  has(path: string): Promise<boolean>;
  /** Size of a file and how much of it is here already; null when there is no such file or the place cannot say. */
  entry(path: string, signal?: AbortSignal): Promise<FileEntry | null>;
  /**
   * Opens a file to be read as a stream, so that large ones need not lie in memory. A cut connection is taken up again
   * where it broke; what was fetched is checked (length, and the hub's hash where it is known) before the stream ends.
   */
  open(path: string, options?: OpenFileOptions): Promise<OpenFile>;
  /** Hex SHA-256 of a file where the place knows it without reading, for example from the hub; else null. */
  knownHash?(path: string): Promise<string | null>;
  /**
   * Says that what was read makes no sense, as `error` tells. A place that keeps files drops those of their bytes that were
   * held against no hash, and resolves to whether another read may give something else.
   */
  distrust?(error: unknown, signal?: AbortSignal): Promise<boolean>;
  /** A hasher that is faster here than the one that works everywhere. */
  createSha256?(): Sha256;
  /** What people should be told about how files are kept, for example that the disk is full; empty without a reason. */
  readonly note?: string;
  /** Name of the version that is read, for example a commit, once the first read has found it out; else empty. */
  readonly version?: string;
  /** The file as UTF-8 text. */
  readText(path: string, signal?: AbortSignal): Promise<string>;
  readBytes(path: string, onProgress?: ReadProgress, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** Files without which no checkpoint can be opened. */
export const REQUIRED_FILES = ["config.json", "model.safetensors"] as const;

/** Files that are read when they are there; without the tokenizer's, the checkpoint takes token ids only. */
export const OPTIONAL_FILES = [
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.json",
  "chat_template.jinja",
  "preprocessor_config.json",
  "processor_config.json",
  "pivotscope.json",
  "calibration.json",
] as const;

/** The error for a file that is not in the folder. `detail` tells how that was found out, for example "status 404". */
export function fileNotFound(folderName: string, path: string, detail = ""): PivotscopeError {
  return new PivotscopeError(
    "not-found",
    `${path} is not in ${folderName}${detail === "" ? "" : ` (${detail})`}.`,
    `A checkpoint folder needs ${REQUIRED_FILES.join(" and ")} (or its parts and their index); to take pictures and ` +
      "questions it also needs tokenizer.json, tokenizer_config.json, preprocessor_config.json and a chat template.",
  );
}

/** Returns `path` when it stays inside its folder. @throws PivotscopeError `bad-input` otherwise. */
export function insidePath(path: string): string {
  const inside =
    path !== "" &&
    !path.startsWith("/") &&
    !path.includes("\\") &&
    !/^[a-z][a-z0-9+.-]*:/i.test(path) &&
    path.split("/").every((part) => part !== ".." && part !== "." && part !== "");
  if (inside) return path;
  throw new PivotscopeError(
    "bad-input",
    `"${path}" is not a path inside the checkpoint folder.`,
    'Write paths relative to the folder with forward slashes, for example "pictures/one.png".',
  );
}

/** Text of an optional file, or null when it is not there. Other failures are thrown. */
export async function readTextIfPresent(
  folder: CheckpointFolder,
  path: string,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    return await folder.readText(path, signal);
  } catch (error) {
    if (error instanceof PivotscopeError && error.code === "not-found") return null;
    throw error;
  }
}

/** Reads a checkpoint, once more where what was read made no sense and may have been kept wrong. */
export async function readTwice<Result>(
  folder: CheckpointFolder,
  read: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(await folder.distrust?.(error, signal))) throw error;
  }
  try {
    return await read();
  } catch (error) {
    await folder.distrust?.(error, signal);
    throw error;
  }
}

/** Bytes that files of settings have at most, and all others that are read whole; the largest tokenizers have 40 MB. */
const MOST_OF_SETTINGS = 4_000_000;
const MOST_OF_OTHERS = 64_000_000;

function mostBytes(path: string): number {
  return /config\.json$|chat_template/.test(path) ? MOST_OF_SETTINGS : MOST_OF_OTHERS;
}

/** The whole-file reads of a folder, made of its `open`. What is longer than such files are is refused. */
export function wholeFileReads(open: CheckpointFolder["open"]): Pick<CheckpointFolder, "readBytes" | "readText"> {
  const readBytes: CheckpointFolder["readBytes"] = async (path, onProgress, signal) => {
    const { stream, size } = await open(path, { signal });
    return readStream(stream, size, path, onProgress, signal, mostBytes(path));
  };
  return {
    readBytes,
    readText: async (path, signal) => new TextDecoder().decode(await readBytes(path, undefined, signal)),
  };
}

/**
 * Reads a byte stream to its end.
 *
 * @param expected bytes that will come, or null when that is unknown; with a number the result is allocated once.
 * @param most bytes that are read at most.
 * @throws PivotscopeError `network` when fewer or more bytes come than expected; `bad-checkpoint` when it is more than
 *   `most`; `cancelled` when aborted.
 */
export async function readStream(
  stream: ReadableStream<Uint8Array>,
  expected: number | null,
  what: string,
  onProgress?: ReadProgress,
  signal?: AbortSignal,
  most = Number.POSITIVE_INFINITY,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const tooLong = async () => (await loadSizeErrors()).tooLong(what, expected, most);
  if (expected !== null && expected > most) {
    await reader.cancel().catch(() => undefined);
    throw await tooLong();
  }
  const whole = expected === null ? null : new Uint8Array(expected);
  const chunks: Uint8Array[] = [];
  let done = 0;
  const wrongLength = (found: string) =>
    new PivotscopeError(
      "network",
      `${what}: ${found} came; announced: ${expected}.`,
      "Try again; the connection broke off or the file changed while it was read.",
    );
  try {
    for (;;) {
      if (signal?.aborted) throw new PivotscopeError("cancelled", "Cancelled.");
      const part = await reader.read();
      if (part.done) break;
      if (whole === null) chunks.push(part.value);
      else if (done + part.value.length > whole.length) throw wrongLength(`more than ${plural(whole.length, "byte")}`);
      else whole.set(part.value, done);
      done += part.value.length;
      if (done > most) throw await tooLong();
      onProgress?.(done, expected ?? 0);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error;
  }
  if (whole !== null) {
    if (done < whole.length) throw wrongLength(plural(done, "byte"));
    return whole;
  }
  const joined = new Uint8Array(done);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}
