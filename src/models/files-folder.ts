/** A checkpoint folder made of files that somebody picked or dropped on the page. */
import { type CheckpointFolder, fileNotFound, insidePath, readStream } from "./source.ts";

/**
 * @param files blobs by path. A folder that all paths share (the picked folder's own name, as in
 *   `webkitRelativePath`) is left off, so that "SmolVLM/config.json" is found as "config.json".
 */
export function createFilesFolder(name: string, files: ReadonlyMap<string, Blob>): CheckpointFolder {
  const inside = stripCommonFolder(files);
  const blobOf = (path: string): Blob => {
    const blob = inside.get(insidePath(path));
    if (blob === undefined) throw fileNotFound(name, path, `${inside.size} files were given`);
    return blob;
  };
  return {
    name,
    list: async () => [...inside.keys()],
    has: async (path) => inside.has(insidePath(path)),
    readText: async (path) => blobOf(path).text(),
    async readBytes(path, onProgress, signal) {
      const blob = blobOf(path);
      return readStream(blob.stream(), blob.size, path, onProgress, signal);
    },
  };
}

/** Leaves off the leading folders that all paths have in common; the file's own name always stays. */
export function stripCommonFolder<Value>(files: ReadonlyMap<string, Value>): Map<string, Value> {
  const paths = [...files.keys()].map((path) => path.replace(/^\/+/, "").split("/"));
  const first = paths[0] ?? [];
  let depth = 0;
  while (
    depth < first.length - 1 &&
    paths.every((parts) => parts.length > depth + 1 && parts[depth] === first[depth])
  ) {
    depth++;
  }
  const stripped = new Map<string, Value>();
  let index = 0;
  for (const value of files.values()) {
    stripped.set((paths[index] ?? []).slice(depth).join("/"), value);
    index++;
  }
  return stripped;
}
