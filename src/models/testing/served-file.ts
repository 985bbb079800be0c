/** Files that the test hub serves: bytes in memory or a file on disk, with the hashes that a hub tells. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

export interface ServedFile {
  readonly size: number;
  /** The file's bytes from `from` up to but without `to`, in pieces. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
}

export function fileOfBytes(bytes: Uint8Array): ServedFile {
  return {
    size: bytes.length,
    async *read(from, to) {
      yield bytes.subarray(from, to);
    },
  };
}

export function fileOnDisk(path: string, size: number): ServedFile {
  return {
    size,
    async *read(from, to) {
      if (to > from) yield* createReadStream(path, { start: from, end: to - 1 }) as AsyncIterable<Uint8Array>;
    },
  };
}

/** All files of a folder on disk by their path in it. */
export async function filesOfFolder(folder: string): Promise<Map<string, ServedFile>> {
  const files = new Map<string, ServedFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path);
    if (found.isFile()) files.set(relative(folder, path).split(sep).join("/"), fileOnDisk(path, found.size));
  }
  return files;
}

export async function sha256Of(file: ServedFile): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of file.read(0, file.size)) hash.update(chunk);
  return hash.digest("hex");
}

/** The name that git gives a file's content. */
export async function gitBlobOf(file: ServedFile): Promise<string> {
  const hash = createHash("sha1").update(`blob ${file.size}\0`);
  for await (const chunk of file.read(0, file.size)) hash.update(chunk);
  return hash.digest("hex");
}
