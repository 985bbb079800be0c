/**
 * Keeps files in memory, for browsers that keep none for pages (private windows). Small files only: weights would take
 * the room that the model needs.
 */
import { type FileStore, StoreFullError } from "./file-store.ts";

/** Bytes of all files together. Tokenizer and configs of a checkpoint take 5 MB. */
export const MEMORY_BUDGET = 64 * 1024 * 1024;

export function createMemoryStore(note = "", budget = MEMORY_BUDGET): FileStore {
  const files = new Map<string, { bytes: Uint8Array<ArrayBuffer>; size: number; written: number }>();
  const writing = new Set<string>();
  const used = () => [...files.values()].reduce((sum, { size }) => sum + size, 0);

  return {
    note,
    size: async (key) => files.get(key)?.size ?? 0,
    async read(key, from, to) {
      const file = files.get(key);
      return file ? file.bytes.slice(from, Math.min(to, file.size)) : new Uint8Array(0);
    },
    async append(key, expectedBytes) {
      if (writing.has(key)) return null;
      const file = files.get(key) ?? { bytes: new Uint8Array(0), size: 0, written: Date.now() };
      if (used() - file.size + expectedBytes > budget) throw new StoreFullError();
      files.set(key, file);
      writing.add(key);
      return {
        get size() {
          return file.size;
        },
        async append(bytes) {
          if (used() + bytes.length > budget) throw new StoreFullError();
          const needed = file.size + bytes.length;
          if (needed > file.bytes.length) {
            const grown = new Uint8Array(Math.max(needed, Math.min(expectedBytes, 2 * file.bytes.length)));
            grown.set(file.bytes.subarray(0, file.size));
            file.bytes = grown;
          }
          file.bytes.set(bytes, file.size);
          file.size = needed;
          file.written = Date.now();
        },
        async close() {
          writing.delete(key);
        },
      };
    },
    async write(key, bytes) {
      files.set(key, { bytes: new Uint8Array(bytes), size: bytes.length, written: Date.now() });
    },
    async remove(key) {
      for (const name of files.keys()) if (name === key || name.startsWith(`${key}/`)) files.delete(name);
    },
    async list(folder) {
      return [...files]
        .filter(([key]) => folder === "" || key.startsWith(`${folder}/`))
        .map(([key, { size, written }]) => ({ key, bytes: size, written }));
    },
    estimate: async () => ({ usedBytes: used(), quotaBytes: budget }),
  };
}
