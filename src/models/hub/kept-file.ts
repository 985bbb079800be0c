/**
 * One file of a hub as a stream: first what the store holds, then the network, whose bytes are appended to the store as
 * they pass. At its end the content is held against the hub's hash, whatever it came from: what does not match is removed
 * from the store.
 *
 * The store is a help and never a hindrance: when it fails, is full, or another tab writes the same file, the bytes come
 * over the network and `remark` says so.
 */
import { PivotscopeError, reasonOf, throwIfCancelled } from "../../core/errors.ts";
import { type FileAppender, StoreFullError } from "../cache/file-store.ts";
import type { ContentHash } from "../cache/listing.ts";
import type { ContentHasher, CreateHasher } from "./content-hash.ts";
import { download, OtherSizeError } from "./download.ts";
import type { HubSettings } from "./request.ts";
import { BLOCK_BYTES, type KeptFilePlace, removeKept, type Trust } from "./trust.ts";

export interface WantedFile {
  readonly url: string;
  readonly path: string;
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly signal?: AbortSignal | undefined;
  readonly trust: Trust;
  readonly createHasher: CreateHasher;
  /** Takes sentences for people about how this file is kept. */
  readonly remark: (text: string) => void;
}

/** The file is another than the hub lists. */
export class WrongHashError extends PivotscopeError {
  /** Whether some of it was in the store before: a new fetch may end otherwise. */
  readonly wasKept: boolean;

  constructor(path: string, { kind, hex }: ContentHash, found: string, wasKept: boolean) {
    const name = kind === "sha256" ? "SHA-256" : "git blob SHA-1";
    super(
      "network",
      `${path} is not the file that the hub lists: its ${name} is ${found}, the hub's ${hex}.`,
      "What came of it was removed. Load again; if it fails again, something changes files on their way to this device.",
    );
    this.wasKept = wasKept;
  }
}

/** @throws WrongHashError, and whatever `download` throws. */
export async function* keptFileBytes(
  hub: HubSettings,
  place: KeptFilePlace,
  wanted: WantedFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { store, key } = place;
  const { size, from, to, signal } = wanted;
  let position = from;
  let wasKept = from > 0;
  wanted.trust.lend(place);
  const check = to === size ? await startCheck(place, wanted) : null;
  /** Takes note of bytes before they are handed out; the last ones only when the whole file is right. */
  const pass = async (chunk: Uint8Array<ArrayBuffer>) => {
    check?.update(chunk);
    position += chunk.length;
    if (position === size) await check?.finish(wasKept);
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
      wasKept = true;
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
    for await (const { bytes, announced } of resumable(download(hub, { ...wanted, from: position }), place)) {
      if (appender && !announced) {
        wanted.remark(`${wanted.path} came without its length, so it is not kept.`);
        appender = await close(appender);
      }
      if (appender) {
        try {
          await appender.append(bytes);
        } catch (error) {
          wanted.remark(remarkOf(wanted.path, error));
          appender = await close(appender);
        }
      }
      // The file must be closed before it is marked as checked, or removed.
      if (position + bytes.length === size && appender) appender = await close(appender);
      yield await pass(bytes);
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
    const lost = !(error instanceof PivotscopeError) || error.code !== "network" || error instanceof OtherSizeError;
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
  const reason = reasonOf(error);
  return `${path} could not be kept (${reason}), so it will be fetched again the next time.`;
}

interface RunningCheck {
  update(bytes: Uint8Array): void;
  /** @throws WrongHashError naming both hashes; the kept file is gone then. */
  finish(wasKept: boolean): Promise<void>;
}

/** Starts to hash the file; bytes before the wanted part come from the store. Null when those are not there. */
async function startCheck(place: KeptFilePlace, wanted: WantedFile): Promise<RunningCheck | null> {
  const { store, key, checkedKey, hash } = place;
  const { path, size, from } = wanted;
  const hasher: ContentHasher | null = hash && (await wanted.createHasher(hash.kind, size));
  for (let position = 0; position < from; ) {
    const block = await store.read(key, position, Math.min(from, position + BLOCK_BYTES)).catch(() => null);
    if (block === null || block.length === 0) return null;
    hasher?.update(block);
    position += block.length;
  }
  return {
    update: (bytes) => hasher?.update(bytes),
    async finish(wasKept) {
      const found = hasher?.digest();
      if (hash && found !== hash.hex) {
        await removeKept(place);
        throw new WrongHashError(path, hash, found ?? "", wasKept);
      }
      if (hash) wanted.trust.prove(place);
      // A store that cannot be written to has said so already.
      const mark = new TextEncoder().encode(`${hash?.kind ?? "size"} ${hash?.hex ?? size}\n`);
      const [kept, marked] = await Promise.all([store.size(key), store.size(checkedKey)]).catch(() => [0, 0]);
      if (kept === size && marked === 0) await store.write(checkedKey, mark).catch(() => undefined);
    },
  };
}
