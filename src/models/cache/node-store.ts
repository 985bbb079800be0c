/** Keeps files in a folder on disk. Only Node may import this file. */
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { PivotscopeError } from "../../core/errors.ts";
import { type FileStore, type KeptFile, StoreFullError } from "./file-store.ts";

/** Ends the name of a file that says which process writes beside it. No key ends so: parts of keys have no "~". */
const LOCK = "~lock";

/** @param folder made when something is kept first. */
export function createNodeStore(folder: string): FileStore {
  const pathOf = (key: string) => join(folder, ...key.split("/"));

  async function list(below: string): Promise<KeptFile[]> {
    const start = pathOf(below);
    const entries = await readdir(start, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(LOCK));
    const kept = files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const found = await stat(path).catch(() => null);
      const key = relative(folder, path).split(sep).join("/");
      return found ? [{ key, bytes: found.size, written: found.mtimeMs }] : [];
    });
    return (await Promise.all(kept)).flat();
  }

  return {
    note: "",
    size: async (key) => (await stat(pathOf(key)).catch(() => null))?.size ?? 0,
    async read(key, from, to) {
      const handle = await open(pathOf(key)).catch(() => null);
      if (handle === null) return new Uint8Array(0);
      try {
        const bytes = new Uint8Array(Math.max(0, Math.min(to, (await handle.stat()).size) - from));
        let done = 0;
        while (done < bytes.length) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return bytes.subarray(0, done);
      } finally {
        await handle.close();
      }
    },
    async append(key) {
      const path = pathOf(key);
      return roomOr(async () => {
        await mkdir(join(path, ".."), { recursive: true });
        const unlock = await lock(path);
        if (unlock === null) return null;
        try {
          const handle = await open(path, "a");
          let { size } = await handle.stat();
          let isOpen = true;
          return {
            get size() {
              return size;
            },
            append: (bytes) =>
              roomOr(async () => {
                await handle.writeFile(bytes);
                size += bytes.length;
              }),
            async close() {
              if (!isOpen) return;
              isOpen = false;
              await handle.close();
              await unlock();
            },
          };
        } catch (error) {
          await unlock();
          throw error;
        }
      });
    },
    async write(key, bytes) {
      const path = pathOf(key);
      await roomOr(async () => {
        await mkdir(join(path, ".."), { recursive: true });
        await writeFile(path, bytes);
      });
    },
    async remove(key) {
      const path = pathOf(key);
      const below = (await readdir(path, { recursive: true }).catch(() => [])).map((entry) => join(path, entry));
      for (const lockPath of [`${path}${LOCK}`, ...below.filter((entry) => entry.endsWith(LOCK))]) {
        if (await isHeld(lockPath)) {
          throw new PivotscopeError("busy", "Another program is fetching this model.", "Wait until it is done.");
        }
      }
      await rm(path, { recursive: true, force: true });
    },
    list,
    async estimate() {
      return { usedBytes: (await list("")).reduce((sum, { bytes }) => sum + bytes, 0), quotaBytes: null };
    },
  };
}

async function roomOr<Result>(task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOSPC" || code === "EDQUOT") throw new StoreFullError({ cause: error });
    throw error;
  }
}

/** Takes the right to write to a file; null when another living process, or this one, has it. */
async function lock(path: string): Promise<(() => Promise<void>) | null> {
  const lockPath = `${path}${LOCK}`;
  for (const last of [false, true]) {
    try {
      await writeFile(lockPath, String(process.pid), { flag: "wx" });
      return () => rm(lockPath, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      if (last || (await isHeld(lockPath))) return null;
      // Left behind by a process that ended without a chance to clean up.
      await rm(lockPath, { force: true });
    }
  }
  return null;
}

async function isHeld(lockPath: string): Promise<boolean> {
  const owner = Number(await readFile(lockPath, "utf8").catch(() => ""));
  if (!Number.isInteger(owner) || owner <= 0) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    // A process of somebody else lives, too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
