/** A checkpoint folder made of files that somebody picked or dropped on the page. */
import { PivotscopeError, reasonOf, throwIfCancelled } from "../core/errors.ts";
import { plural } from "../core/words.ts";
import { type CheckpointFolder, fileNotFound, insidePath, wholeFileReads } from "./source.ts";

/**
 * @param files blobs by path. A folder that all paths share (the picked folder's own name, as in
 *   `webkitRelativePath`) is left off, so that "SmolVLM/config.json" is found as "config.json".
 */
export function createFilesFolder(name: string, files: ReadonlyMap<string, Blob>): CheckpointFolder {
  const inside = stripCommonFolder(files);
  const blobOf = (path: string): Blob => {
    const blob = inside.get(insidePath(path));
    if (blob === undefined)
      throw fileNotFound(name, path, `${plural(inside.size, "file")} ${inside.size === 1 ? "was" : "were"} given`);
    return blob;
  };
  const open: CheckpointFolder["open"] = async (path, { from = 0, to, signal } = {}) => {
    throwIfCancelled(signal);
    const blob = blobOf(path);
    const stream = blob.slice(from, Math.max(from, to ?? blob.size)).stream() as ReadableStream<
      Uint8Array<ArrayBuffer>
    >;
    return { size: blob.size, stream: withOwnErrors(stream, path, signal), origin: "disk" };
  };
  return {
    name,
    list: async () => [...inside.keys()],
    has: async (path) => inside.has(insidePath(path)),
    async entry(path) {
      const blob = inside.get(insidePath(path));
      return blob === undefined ? null : { path, bytes: blob.size, cachedBytes: blob.size };
    },
    open,
    ...wholeFileReads(open),
  };
}

/** A picked file that was changed, moved or forbidden afterwards fails while it is read, with the browser's own error. */
function withOwnErrors(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  path: string,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        throwIfCancelled(signal);
        const part = await reader.read().catch((cause: unknown) => {
          const reason = reasonOf(cause);
          throw new PivotscopeError(
            "bad-input",
            `${path} could not be read: ${reason}.`,
            "It may have changed since it was picked. Pick the files again.",
            { cause },
          );
        });
        if (part.done) controller.close();
        else controller.enqueue(part.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
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
    depth += 1;
  }
  const stripped = new Map<string, Value>();
  let index = 0;
  for (const value of files.values()) {
    stripped.set((paths[index] ?? []).slice(depth).join("/"), value);
    index += 1;
  }
  return stripped;
}
