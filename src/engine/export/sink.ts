/** Where the bytes of an export go: all of them, or none that anybody could take for all. */
import { PivotscopeError, reasonOf } from "../../core/errors.ts";
import { StoreFullError } from "../../models/cache/file-store.ts";
import { createOpfsStore } from "../../models/cache/opfs-store.ts";
import { removeUnwritten } from "../../models/export/remove-unwritten.ts";

export interface Sink {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Makes what was written last. @returns the file, where it is not one that somebody chose. */
  close(): Promise<Blob | null>;
  /** Leaves nothing. */
  abandon(): Promise<void>;
}

/** Folder of the page's file system; what lies in it is handed over as a download and is then of no more use. */
export const KEPT_FOLDER = "exports";

/** After this time, in milliseconds, a browser has copied what it downloads. */
const DOWNLOAD_TIME = 15 * 60_000;

/** Bytes that are gathered before the browser is asked to hold them. */
const PART_BYTES = 16 * 1024 * 1024;

/** @throws PivotscopeError `bad-input` where the disk is full, the file is gone or writing is no longer allowed. */
async function toDisk<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw diskError(file, error);
  }
}

function diskError(file: string, error: unknown): PivotscopeError {
  if (error instanceof PivotscopeError && !(error instanceof StoreFullError)) return error;
  const name = error instanceof Error ? error.name : "";
  const full = error instanceof StoreFullError || name === "QuotaExceededError";
  if (full) {
    return new PivotscopeError(
      "bad-input",
      `${file} could not be written: there is no room left for it.`,
      "Make room, or choose a smaller number format or another disk; nothing was left behind.",
      { cause: error },
    );
  }
  const withdrawn = name === "NotAllowedError" || name === "NotFoundError" || name === "InvalidStateError";
  return new PivotscopeError(
    "bad-input",
    `${file} could not be written: ${withdrawn ? "the browser no longer allows it, or the folder is gone" : reasonOf(error)}.`,
    "Save it again and choose another place.",
    { cause: error },
  );
}

/** A file that somebody chose: the browser writes beside it and takes its place at the end. */
export async function createChosenSink(handle: FileSystemFileHandle): Promise<Sink> {
  const stream = await toDisk(handle.name, () => handle.createWritable());
  return {
    write: (piece) => toDisk(handle.name, () => stream.write(piece)),
    async close() {
      await toDisk(handle.name, () => stream.close());
      return null;
    },
    async abandon() {
      // A stream that failed is closed already.
      await stream.abort().catch(() => undefined);
      await removeUnwritten(handle);
    },
  };
}

/** A file of the browser's own, on its disk where it has such files, and else in parts that it holds itself. */
export async function createKeptSink(name: string): Promise<Sink> {
  const root = await openRoot();
  return root === null ? createBlobSink(name) : createStoreSink(root, name);
}

/** WebKit's private windows and old browsers have none. */
async function openRoot(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return (await navigator.storage?.getDirectory?.()) ?? null;
  } catch {
    return null;
  }
}

async function createStoreSink(root: FileSystemDirectoryHandle, name: string): Promise<Sink> {
  const store = createOpfsStore(root, KEPT_FOLDER);
  await removeOldExports(root);
  const key = `${name}-${crypto.randomUUID()}.zip`;
  const appender = await toDisk(name, () => store.append(key, 0));
  if (appender === null) return createBlobSink(name);
  return {
    write: (piece) => toDisk(name, () => appender.append(piece)),
    async close() {
      await toDisk(name, () => appender.close());
      const folder = await root.getDirectoryHandle(KEPT_FOLDER);
      return (await folder.getFileHandle(key)).getFile();
    },
    async abandon() {
      await appender.close().catch(() => undefined);
      await store.remove(key).catch(() => undefined);
    },
  };
}

/** Removes exports that were handed over long ago. */
export async function removeOldExports(root: FileSystemDirectoryHandle, now: number = Date.now()): Promise<void> {
  const store = createOpfsStore(root, KEPT_FOLDER);
  for (const { key, written } of await store.list("")) {
    // One that is being written in another tab is locked, and stays.
    if (written < now - DOWNLOAD_TIME) await store.remove(key).catch(() => undefined);
  }
}

/** Parts are blobs, which browsers hold outside of the script's memory, on disk where they are many. */
function createBlobSink(name: string): Sink {
  let blobs: Blob[] = [];
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  const gather = () => {
    blobs.push(new Blob(parts));
    parts = [];
    held = 0;
  };
  return {
    write: (piece) =>
      toDisk(name, async () => {
        parts.push(piece.slice());
        held += piece.length;
        if (held >= PART_BYTES) gather();
      }),
    close: () =>
      toDisk(name, async () => {
        gather();
        return new Blob(blobs, { type: "application/zip" });
      }),
    async abandon() {
      blobs = [];
      parts = [];
    },
  };
}
