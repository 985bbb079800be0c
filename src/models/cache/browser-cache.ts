/**
 * The models that this browser keeps: the store for the worker that fetches them, and what a page shows and does about
 * them. All of it works in pages and workers.
 */

import type { FileStore } from "./file-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createOpfsStore } from "./opfs-store.ts";
import { type CachedModel, listModels, removeAllModels, removeModel } from "./repository-cache.ts";

export type { CachedModel } from "./repository-cache.ts";

/** Folder of the page's file system. */
const FOLDER = "models";

const NOTHING_KEPT =
  "This browser keeps no files for this page (a private window, or a page without https), so the model will be fetched " +
  "again the next time.";

let opened: Promise<FileStore> | null = null;

/** The store of this browser; memory, which says so in its note, where there is no file system for pages. */
export function openBrowserStore(): Promise<FileStore> {
  opened ??= makeStore();
  return opened;
}

async function makeStore(): Promise<FileStore> {
  try {
    const root = await navigator.storage.getDirectory();
    // Some private windows hand out the folder and refuse whatever is done with it.
    await root.getDirectoryHandle(FOLDER, { create: true });
    return createOpfsStore(root, FOLDER);
  } catch {
    return createMemoryStore(NOTHING_KEPT);
  }
}

/** Models of which anything is kept, the last opened first. */
export async function listCachedModels(): Promise<CachedModel[]> {
  return listModels(await openBrowserStore());
}

/** @throws PivotscopeError `busy` when it is being fetched, here or in another tab. */
export async function removeCachedModel(id: string): Promise<void> {
  await removeModel(await openBrowserStore(), id);
}

/** Removes all models. @throws PivotscopeError `busy` when one is being fetched; those before it are gone then. */
export async function clearModelCache(): Promise<void> {
  await removeAllModels(await openBrowserStore());
}

export interface CacheUsage {
  /** Bytes of all models. */
  readonly usedBytes: number;
  /** Bytes that this browser gives the page for everything; null where it does not say. */
  readonly quotaBytes: number | null;
  /** Whether the browser has promised not to clear the files by itself. */
  readonly persisted: boolean;
}

export async function cacheUsage(): Promise<CacheUsage> {
  const store = await openBrowserStore();
  const files = await store.list("");
  // A store with a note is memory, whose size says nothing about what the browser keeps.
  const estimate = store.note === "" ? await store.estimate().catch(() => null) : null;
  const persisted = await navigator.storage?.persisted?.().catch(() => false);
  return {
    usedBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    quotaBytes: estimate?.quotaBytes ?? null,
    persisted: persisted ?? false,
  };
}

/**
 * Asks the browser not to clear the files when space runs low; some ask the user. To be called from a page, since workers
 * may not, when the first large file is about to be kept.
 * @returns whether it promised.
 */
export async function askToKeepModels(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}
