/**
 * One file of a hub as a stream: first what the store holds, then the network, whose bytes are appended to the store as
 * they pass. At its end the content is held against the hub's hash; what does not match is removed from the store.
 *
 * The store is a help and never a hindrance: when it fails, is full, or another tab writes the same file, the bytes come
 * over the network and `remark` says so.
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import { type FileAppender, type FileStore, StoreFullError } from "../cache/file-store.ts";
import type { ContentHash } from "../cache/listing.ts";
import { type ContentHasher, createContentHasher } from "./content-hash.ts";
import { download } from "./download.ts";
import type { HubSettings } from "./request.ts";

export interface KeptFilePlace {
  readonly store: FileStore;
  readonly key: string;
  /** Key of the mark that says that the content is whole and right. */
  readonly checkedKey: string;
}

export interface WantedFile {
  readonly url: string;
  readonly path: string;
  readonly size: number;
  readonly hash: ContentHash | null;
  readonly from: number;
  readonly to: number;
  readonly signal?: AbortSignal | undefined;
  /** Takes sentences for people about how this file is kept. */
  readonly remark: (text: string) => void;
}

/** Bytes that are read from the store at a time: few calls, and little memory. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** Whether the store holds the file whole and checked. */
async function isChecked({ store, key, checkedKey }: KeptFilePlace, size: number): Promise<boolean> {
  const [mark, bytes] = await Promise.all([store.size(checkedKey), store.size(key)]).catch(() => [0, 0]);
  return mark > 0 && bytes === size;
}

/** @throws PivotscopeError `network` when the hash is wrong, and whatever `download` throws. */
export async function* keptFileBytes(
  hub: HubSettings,
  place: KeptFilePlace,
  wanted: WantedFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { store, key } = place;
  const { size, from, to, signal } = wanted;
  let position = from;
  const check = to === size && !(await isChecked(place, size)) ? await startCheck(place, wanted) : null;
  /** Takes note of bytes before they are handed out; the last ones only when the whole file is right. */
  const pass = async (chunk: Uint8Array<ArrayBuffer>) => {
    check?.update(chunk);
    position += chunk.length;
    if (position === size) await check?.finish();
    return chunk;
  };

  /** What could not be made to last is no reason to fail; it is fetched again. */
  const close = async (appender: FileAppender): Promise<null> => {
    await appender.close().catch((error: unknown) => wanted.remark(remarkOf(wanted.path, error)));
    return null;
  };

  async function* fromStore(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (;;) {
      throwIfCancelled(signal);
      const end = Math.min(position + BLOCK_BYTES, to);
      const block = end > position ? await store.read(key, position, end).catch(() => null) : null;
      if (block === null || block.length === 0) return;
      yield await pass(block);
    }
  }

  yield* fromStore();
  if (position >= to) return;
  let appender = await openAppender(place, wanted, position);
  try {
    // Another tab may have gone on with the file between the last read and the lock.
    if (appender && appender.size > position) yield* fromStore();
    if (appender && appender.size !== position) appender = await close(appender);
    for await (const chunk of resumable(download(hub, { ...wanted, from: position }), place)) {
      if (appender) {
        try {
          await appender.append(chunk);
        } catch (error) {
          wanted.remark(remarkOf(wanted.path, error));
          appender = await close(appender);
        }
      }
      // The file must be closed before it is marked as checked, or removed.
      if (position + chunk.length === size && appender) appender = await close(appender);
      yield await pass(chunk);
    }
  } finally {
    if (appender) await close(appender);
  }
}

/** Tells people whose download ended for good that they need not start over. */
async function* resumable<Chunk>(chunks: AsyncGenerator<Chunk, void>, { store, key }: KeptFilePlace) {
  try {
    yield* chunks;
  } catch (error) {
    const lost = !(error instanceof PivotscopeError) || error.code !== "network";
    const kept = lost ? 0 : await store.size(key).catch(() => 0);
    if (lost || kept === 0) throw error;
    const hint = `${error.hint} What came so far is kept: "Resume" goes on from there.`;
    throw new PivotscopeError("network", error.message, hint, { cause: error, resumable: true });
  }
}

/** Opens the file to append at `position`, null where it is not to be kept. */
async function openAppender(
  { store, key }: KeptFilePlace,
  { path, size, remark }: WantedFile,
  position: number,
): Promise<FileAppender | null> {
  // What would leave a gap is not kept.
  if ((await store.size(key).catch(() => 0)) < position) return null;
  try {
    const appender = await store.append(key, size);
    if (appender === null) remark(`Another tab is fetching ${path}, so this one fetches it without keeping it.`);
    return appender;
  } catch (error) {
    remark(remarkOf(path, error));
    return null;
  }
}

function remarkOf(path: string, error: unknown): string {
  if (error instanceof StoreFullError) {
    return `There is no room left to keep ${path}, so it will be fetched again the next time.`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `${path} could not be kept (${reason}), so it will be fetched again the next time.`;
}

interface RunningCheck {
  update(bytes: Uint8Array): void;
  /** @throws PivotscopeError `network` naming both hashes; the kept file is gone then. */
  finish(): Promise<void>;
}

/** Starts to hash the file; bytes before the wanted part come from the store. Null when those are not there. */
async function startCheck(place: KeptFilePlace, wanted: WantedFile): Promise<RunningCheck | null> {
  const { store, key, checkedKey } = place;
  const { hash, path, size, from } = wanted;
  const hasher: ContentHasher | null = hash && (await createContentHasher(hash.kind, size));
  for (let position = 0; position < from; ) {
    const block = await store.read(key, position, Math.min(from, position + BLOCK_BYTES)).catch(() => null);
    if (block === null || block.length === 0) return null;
    hasher?.update(block);
    position += block.length;
  }
  return {
    update: (bytes) => hasher?.update(bytes),
    async finish() {
      const found = hasher?.digest();
      if (hash && found !== hash.hex) {
        await store.remove(key).catch(() => undefined);
        throw wrongHash(path, hash, found ?? "");
      }
      // A store that cannot be written to has said so already.
      const mark = new TextEncoder().encode(`${hash?.kind ?? "size"} ${hash?.hex ?? size}\n`);
      if ((await store.size(key).catch(() => 0)) === size) await store.write(checkedKey, mark).catch(() => undefined);
    },
  };
}

function wrongHash(path: string, { kind, hex }: ContentHash, found: string): PivotscopeError {
  const name = kind === "sha256" ? "SHA-256" : "git blob SHA-1";
  return new PivotscopeError(
    "network",
    `${path} is not the file that the hub lists: its ${name} is ${found}, the hub's ${hex}.`,
    "What came of it was removed. Load again; if it fails again, something changes files on their way to this device.",
  );
}
