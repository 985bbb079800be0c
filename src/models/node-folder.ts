/** A checkpoint folder on a disk. Only Node may import this file: the browser's bundle must not see node:fs. */
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { type CheckpointFolder, fileNotFound, insidePath, type ReadProgress } from "./source.ts";

/** Bytes per read: large enough to be fast, small enough for progress and cancel to be felt. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/** @param path the folder; its last part becomes the name unless `name` is given. */
export function createNodeFolder(path: string, name = basename(resolve(path))): CheckpointFolder {
  const pathOf = (file: string) => join(path, ...insidePath(file).split("/"));

  async function readBytes(file: string, onProgress?: ReadProgress, signal?: AbortSignal) {
    throwIfCancelled(signal);
    const handle = await open(pathOf(file)).catch((error: unknown) => {
      throw asFileError(error, name, file, path);
    });
    try {
      const total = (await handle.stat()).size;
      const bytes = new Uint8Array(total);
      let done = 0;
      while (done < total) {
        throwIfCancelled(signal);
        const { bytesRead } = await handle.read(bytes, done, Math.min(CHUNK_BYTES, total - done), done);
        if (bytesRead === 0) {
          throw new PivotscopeError("bad-input", `${file} ended after ${done} of ${total} bytes.`, "Try again.");
        }
        done += bytesRead;
        onProgress?.(done, total);
      }
      return bytes;
    } catch (error) {
      throw asFileError(error, name, file, path);
    } finally {
      await handle.close();
    }
  }

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
    async readText(file, signal) {
      throwIfCancelled(signal);
      return readFile(pathOf(file), "utf8").catch((error: unknown) => {
        throw asFileError(error, name, file, path);
      });
    },
    readBytes,
  };
}

function asFileError(error: unknown, name: string, file: string, path: string): PivotscopeError {
  if (error instanceof PivotscopeError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR")
    return fileNotFound(name, file, `looked in ${path}`);
  const reason = error instanceof Error ? error.message : String(error);
  return new PivotscopeError("bad-input", `${file} could not be read: ${reason}.`, "Check the file's permissions.", {
    cause: error,
  });
}
