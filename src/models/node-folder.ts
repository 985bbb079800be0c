/** A checkpoint folder on a disk. Only Node may import this file: the browser's bundle must not see node:fs. */
import { createHash } from "node:crypto";
import { type FileHandle, open as openFile, readdir, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { PivotscopeError, reasonOf, throwIfCancelled } from "../core/errors.ts";
import { type CheckpointFolder, fileNotFound, insidePath, wholeFileReads } from "./source.ts";

/** Bytes per read: large enough to be fast, small enough for progress and cancel to be felt. */
const CHUNK_BYTES = 1024 * 1024;

/** @param path the folder; its last part becomes the name unless `name` is given. */
export function createNodeFolder(path: string, name = basename(resolve(path))): CheckpointFolder {
  const pathOf = (file: string) => join(path, ...insidePath(file).split("/"));

  const open: CheckpointFolder["open"] = async (file, { from = 0, to, signal } = {}) => {
    throwIfCancelled(signal);
    const asOwnError = (error: unknown) => asFileError(error, name, file, path);
    const handle = await openFile(pathOf(file)).catch((error: unknown) => {
      throw asOwnError(error);
    });
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw fileNotFound(name, file, `${join(path, file)} is no file`);
      const end = Math.min(to ?? found.size, found.size);
      return { size: found.size, stream: readInChunks(handle, file, from, end, asOwnError, signal), origin: "disk" };
    } catch (error) {
      await handle.close();
      throw asOwnError(error);
    }
  };

  return {
    name,
    async list() {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .sort();
    },
    async has(file) {
      const found = await stat(pathOf(file)).catch(() => null);
      return found?.isFile() ?? false;
    },
    async entry(file) {
      const found = await stat(pathOf(file)).catch(() => null);
      return found?.isFile() ? { path: file, bytes: found.size, cachedBytes: found.size } : null;
    },
    open,
    createSha256() {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
    },
    ...wholeFileReads(open),
  };
}

/**
 * Bytes [from, end) of an open file, as a byte stream: its reader may lend the memory that is read into. The handle is
 * closed when the stream ends, fails or is cancelled.
 */
function readInChunks(
  handle: FileHandle,
  file: string,
  from: number,
  end: number,
  asOwnError: (error: unknown) => PivotscopeError,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = from;
  const read = async (into: Uint8Array): Promise<number> => {
    const { bytesRead } = await handle.read(into, 0, Math.min(into.length, end - position), position);
    position += bytesRead;
    if (bytesRead > 0) return bytesRead;
    throw new PivotscopeError("bad-input", `${file} ended after ${position} of ${end} bytes.`, "Try again.");
  };
  return new ReadableStream(
    {
      type: "bytes",
      async pull(controller) {
        try {
          throwIfCancelled(signal);
          const lent = controller.byobRequest;
          if (position >= end) {
            await handle.close();
            controller.close();
            lent?.respond(0);
          } else if (lent?.view) {
            const { buffer, byteOffset, byteLength } = lent.view;
            lent.respond(await read(new Uint8Array(buffer, byteOffset, byteLength)));
          } else {
            const chunk = new Uint8Array(Math.min(CHUNK_BYTES, end - position));
            controller.enqueue(chunk.subarray(0, await read(chunk)));
          }
        } catch (error) {
          await handle.close();
          throw asOwnError(error);
        }
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  );
}

function asFileError(error: unknown, name: string, file: string, path: string): PivotscopeError {
  if (error instanceof PivotscopeError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR")
    return fileNotFound(name, file, `looked in ${path}`);
  const reason = reasonOf(error);
  return new PivotscopeError("bad-input", `${file} could not be read: ${reason}.`, "Check the file's permissions.", {
    cause: error,
  });
}
