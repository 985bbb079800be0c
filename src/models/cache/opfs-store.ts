/**
 * Keeps files in the browser's own file system for pages (OPFS). Reads work in pages and workers; writes take a
 * synchronous handle in workers and a stream where there is none.
 *
 * Tabs share the files: whoever appends holds a Web Lock and, in workers, the handle, which is exclusive by itself.
 */
import { PivotscopeError } from "../../core/errors.ts";
import { type FileAppender, type FileStore, type KeptFile, StoreFullError } from "./file-store.ts";

/** What lib.dom lacks: folders can be walked through. */
type Folder = FileSystemDirectoryHandle & {
  entries(): AsyncIterable<[string, FileSystemDirectoryHandle | FileSystemFileHandle]>;
};

/** Bytes after which what was written is made to last, so that a crash loses little. */
const FLUSH_BYTES = 32 * 1024 * 1024;

/** @param name folder of the page's file system; made when something is kept first. */
export function createOpfsStore(root: FileSystemDirectoryHandle, name: string): FileStore {
  async function folderOf(parts: readonly string[], create: boolean): Promise<Folder> {
    let folder = await root.getDirectoryHandle(name, { create });
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
    return folder as Folder;
  }

  async function handleOf(key: string, create: boolean): Promise<FileSystemFileHandle> {
    const parts = key.split("/");
    const folder = await folderOf(parts.slice(0, -1), create);
    return folder.getFileHandle(parts.at(-1) ?? "", { create });
  }

  /** The file as it is now, null when there is none. */
  async function fileOf(key: string): Promise<File | null> {
    try {
      return await (await handleOf(key, false)).getFile();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  let syncAccess: Promise<boolean> | null = null;
  const hasSyncAccess = () => {
    syncAccess ??= trySyncAccess(root, `${name}-probe`);
    return syncAccess;
  };

  async function list(below: string): Promise<KeptFile[]> {
    const found: KeptFile[] = [];
    const walk = async (folder: Folder, prefix: string): Promise<void> => {
      for await (const [entry, handle] of folder.entries()) {
        const key = prefix === "" ? entry : `${prefix}/${entry}`;
        if (handle.kind === "directory") await walk(handle as Folder, key);
        else {
          const file = await (handle as FileSystemFileHandle).getFile().catch(() => null);
          if (file) found.push({ key, bytes: file.size, written: file.lastModified });
        }
      }
    };
    const start = await folderOf(below === "" ? [] : below.split("/"), false).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (start) await walk(start, below);
    return found;
  }

  return {
    note: "",
    size: async (key) => (await fileOf(key))?.size ?? 0,
    async read(key, from, to) {
      const file = await fileOf(key);
      return file ? new Uint8Array(await file.slice(from, to).arrayBuffer()) : new Uint8Array(0);
    },
    async append(key) {
      const unlock = await lock(`${name}/${key}`);
      if (unlock === null) return null;
      try {
        const handle = await roomOr(() => handleOf(key, true));
        const appender = await ((await hasSyncAccess()) ? appendInWorker(handle) : appendByStream(handle));
        let isOpen = true;
        return {
          get size() {
            return appender.size;
          },
          append: (bytes) => roomOr(() => appender.append(bytes)),
          async close() {
            if (!isOpen) return;
            isOpen = false;
            try {
              await roomOr(() => appender.close());
            } finally {
              unlock();
            }
          },
        };
      } catch (error) {
        unlock();
        if (isLocked(error)) return null;
        throw error;
      }
    },
    async write(key, bytes) {
      await roomOr(async () => {
        const handle = await handleOf(key, true);
        if (!(await hasSyncAccess())) {
          const stream = await handle.createWritable();
          await stream.write(new Uint8Array(bytes));
          return stream.close();
        }
        const access = await handle.createSyncAccessHandle();
        try {
          access.truncate(0);
          writeAt(access, bytes, 0);
          access.flush();
        } finally {
          access.close();
        }
      });
    },
    async remove(key) {
      const parts = key.split("/");
      try {
        const folder = await folderOf(parts.slice(0, -1), false);
        await folder.removeEntry(parts.at(-1) ?? "", { recursive: true });
      } catch (error) {
        if (isMissing(error)) return;
        if (!isLocked(error)) throw error;
        throw new PivotscopeError(
          "busy",
          "This model is being fetched, here or in another tab.",
          "Cancel that, or wait until it is done, and remove it then.",
          { cause: error },
        );
      }
    },
    list,
    async estimate() {
      const { usage = 0, quota = null } = await navigator.storage.estimate();
      return { usedBytes: usage, quotaBytes: quota };
    },
  };
}

async function appendInWorker(handle: FileSystemFileHandle): Promise<FileAppender> {
  const access = await handle.createSyncAccessHandle();
  let size = access.getSize();
  let unflushed = 0;
  return {
    get size() {
      return size;
    },
    async append(bytes) {
      writeAt(access, bytes, size);
      size += bytes.length;
      unflushed += bytes.length;
      if (unflushed >= FLUSH_BYTES) {
        access.flush();
        unflushed = 0;
      }
    },
    async close() {
      try {
        access.flush();
      } finally {
        access.close();
      }
    },
  };
}

/**
 * Whether files can be opened for synchronous writing. Pages cannot, and WebKitGTK's workers have the function but nothing
 * behind it; a file on which it failed there stays locked, so it is tried on one that nobody needs.
 */
async function trySyncAccess(root: FileSystemDirectoryHandle, probe: string): Promise<boolean> {
  if (typeof FileSystemFileHandle.prototype.createSyncAccessHandle !== "function") return false;
  const handle = await root.getFileHandle(probe, { create: true });
  try {
    (await handle.createSyncAccessHandle()).close();
    return true;
  } catch {
    // Where streams work in its place they are taken: the file may be locked by a worker before this one that failed on it,
    // or by another tab that tries at this moment. Safari before 26 has no streams.
    return typeof handle.createWritable !== "function";
  } finally {
    await root.removeEntry(probe).catch(() => undefined);
  }
}

/**
 * Writes all of `bytes` or none.
 *
 * Without room, Chromium does not throw: it says that it wrote 2³² − 8 bytes, its own error number as an unsigned one, and
 * leaves what fitted in. Anything but the right count therefore means that there is no room.
 */
function writeAt(access: FileSystemSyncAccessHandle, bytes: Uint8Array, at: number): void {
  if (access.write(bytes, { at }) === bytes.length) return;
  access.truncate(at);
  throw new StoreFullError();
}

/** For pages, and browsers without synchronous handles: what is written appears when the stream is closed. */
async function appendByStream(handle: FileSystemFileHandle): Promise<FileAppender> {
  const stream = await handle.createWritable({ keepExistingData: true });
  let { size } = await handle.getFile();
  let failed = false;
  return {
    get size() {
      return size;
    },
    async append(bytes) {
      try {
        await stream.write({ type: "write", position: size, data: new Uint8Array(bytes) });
      } catch (error) {
        failed = true;
        throw error;
      }
      size += bytes.length;
    },
    async close() {
      // A stream that failed is closed already, and has left the file as it was before.
      if (!failed) await stream.close();
    },
  };
}

/** Holds a Web Lock until the returned function is called; null when another tab holds it. */
async function lock(name: string): Promise<(() => void) | null> {
  const { locks } = navigator;
  // Only secure contexts have locks, as they have this file system; the handle's own lock is left otherwise.
  if (!locks) return () => undefined;
  return new Promise((resolve, reject) => {
    locks
      .request(`pivotscope/${name}`, { ifAvailable: true }, (held) => {
        if (held === null) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

async function roomOr<Result>(task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof Error && error.name === "QuotaExceededError") throw new StoreFullError({ cause: error });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === "NotFoundError" || error.name === "TypeMismatchError");
}

/** Browsers differ in what they call a file that somebody else has open. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && /^(NoModificationAllowed|InvalidState)Error$/.test(error.name);
}
