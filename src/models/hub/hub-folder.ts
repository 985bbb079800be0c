/** A checkpoint folder in a hub's repository, whose files are kept in a store. */
import { PivotscopeError } from "../../core/errors.ts";
import type { FileStore } from "../cache/file-store.ts";
import { type CheckpointFolder, fileNotFound, insidePath, type OpenFile, wholeFileReads } from "../source.ts";
import { type CreateHasher, createContentHasher } from "./content-hash.ts";
import { DEFAULT_HUB } from "./default-hub.ts";
import { OtherSizeError } from "./download.ts";
import { usableToken } from "./hub-token.ts";
import { keptFileBytes, WrongHashError } from "./kept-file.ts";
import { type ResolvedRepository, renewListing, resolveRepository } from "./repository.ts";
import type { Fetch, HubSettings } from "./request.ts";
import { type Clock, systemClock } from "./retry.ts";
import { createTrust } from "./trust.ts";

export interface HubFolderSource {
  /** "owner/name". */
  readonly repository: string;
  /** Folder of the repository that is opened; absent for its root. */
  readonly folder?: string;
  /** Branch, tag or commit; null for "main". */
  readonly revision: string | null;
  /** https://huggingface.co when null. */
  readonly hubUrl: string | null;
  /** Kept in memory only, and sent to the hub only; the usual hub's begin with "hf_" and go to no other. */
  readonly accessToken?: string | null;
}

export interface HubFolderOptions {
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** A faster hasher than the one that works everywhere. */
  readonly createHasher?: CreateHasher;
}

/** Files up to this size stay in memory once read: they are read when a model is looked at, and again to load it. */
const SMALL_FILE = 256 * 1024;

/**
 * Opens a repository's folder. Nothing is asked of the hub before the first read; then its revision is resolved to a
 * commit, and all reads are of that commit.
 *
 * @throws PivotscopeError `bad-input` when the hub's address or the access token cannot be used.
 */
export function openHubFolder(
  source: HubFolderSource,
  store: FileStore,
  {
    fetch = (input, init) => globalThis.fetch(input, init),
    clock = systemClock,
    createHasher = createContentHasher,
  }: HubFolderOptions = {},
): CheckpointFolder {
  const { repository, revision } = source;
  const hubUrl = hubAddress(source.hubUrl ?? DEFAULT_HUB);
  const prefix = source.folder ? `${insidePath(source.folder)}/` : "";
  const name = source.folder ? `${repository}/${source.folder}` : repository;
  const hub: HubSettings = {
    repository,
    prefix,
    revision,
    hubUrl,
    accessToken: usableToken(source.accessToken, hubUrl),
    fetch,
    clock,
  };
  const remarks = new Set<string>();
  const small = new Map<string, Uint8Array<ArrayBuffer>>();
  const trust = createTrust(createHasher);
  let resolving: Promise<ResolvedRepository> | null = null;
  let resolved: ResolvedRepository | null = null;

  const resolve = async (signal: AbortSignal | undefined): Promise<ResolvedRepository> => {
    if (resolved) return resolved;
    resolving ??= resolveRepository(hub, store, signal).finally(() => {
      // A failure is forgotten, so that the next read tries again.
      resolving = null;
    });
    resolved = await resolving;
    return resolved;
  };
  const find = async (path: string, signal: AbortSignal | undefined) => {
    const known = await resolve(signal);
    const file = known.files.get(prefix + insidePath(path));
    if (!file) return null;
    const { size, hash } = file;
    const place = { store, key: known.keys.file(file), checkedKey: known.keys.checked(file), size, hash };
    return { file, place, commit: known.commit };
  };

  const open: CheckpointFolder["open"] = async (path, options = {}) => {
    const found = await find(path, options.signal);
    if (!found) throw fileNotFound(name, path, `at ${resolved?.commit.slice(0, 7)}`);
    const { file, place } = found;
    const url = `${hubUrl}/${repository}/resolve/${found.commit}/${encodedPath(prefix + path)}`;
    const { size } = file;
    const from = Math.min(options.from ?? 0, size);
    const to = Math.max(from, Math.min(options.to ?? size, size));
    const abort = followAbort(options.signal);
    // A store that keeps next to nothing has said so for all files in its own note.
    const remark = (text: string) => void (store.note === "" && remarks.add(text));
    const bytes = keptFileBytes(hub, place, {
      url,
      path,
      size,
      from,
      to,
      signal: abort.signal,
      trust,
      createHasher,
      remark,
    });
    const kept = Math.min(await store.size(place.key).catch(() => 0), size);
    const origin: NonNullable<OpenFile["origin"]> = kept >= to ? "cache" : "network";
    return { size, origin, stream: streamOf(bytes, abort) };
  };
  const reads = wholeFileReads(open);
  const readBytes: CheckpointFolder["readBytes"] = async (path, onProgress, signal) => {
    const known = small.get(path);
    if (known) return known.slice();
    const bytes = await reads.readBytes(path, onProgress, signal);
    if (bytes.length <= SMALL_FILE) small.set(path, bytes.slice());
    return bytes;
  };

  return {
    name,
    get note() {
      return [store.note, resolved?.note ?? "", ...remarks].filter((text) => text !== "").join(" ");
    },
    get version() {
      return resolved?.commit ?? "";
    },
    async list() {
      const paths = [...(await resolve(undefined)).files.keys()];
      return paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    },
    has: async (path) => (await find(path, undefined)) !== null,
    async entry(path, signal) {
      const found = await find(path, signal);
      if (!found) return null;
      const kept = await store.size(found.place.key).catch(() => 0);
      return { path, bytes: found.file.size, cachedBytes: Math.min(kept, found.file.size) };
    },
    open,
    // Nobody sees the last bytes of a file that has another hash, so it may be told before they have been read.
    async knownHash(path) {
      const { hash } = (await find(path, undefined))?.file ?? { hash: null };
      return hash?.kind === "sha256" ? hash.hex : null;
    },
    async distrust(error, signal) {
      if (!(error instanceof PivotscopeError)) return false;
      const { code } = error;
      const wrongHash = causeOf(error, WrongHashError);
      // What a hub refuses, a connection that broke and a device that is too small say nothing about what is kept.
      const senseless = code === "bad-checkpoint" || code === "unsupported";
      if (!senseless && !wrongHash && code !== "not-found" && !causeOf(error, OtherSizeError)) return false;
      small.clear();
      const dropped = senseless && (await trust.drop());
      const renewed = resolved && (await renewListing(hub, store, resolved, signal).catch(() => null));
      resolved = renewed ?? resolved;
      return dropped || renewed !== null || (wrongHash?.wasKept ?? false);
    },
    readBytes,
    readText: async (path, signal) => new TextDecoder().decode(await readBytes(path, undefined, signal)),
  };
}

function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The error, or what led to it, when that is of this class: whoever passes an error on may put it in other words. */
function causeOf<Found extends Error>(error: unknown, kind: abstract new (...given: never) => Found): Found | null {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof kind) return at;
  return null;
}

/** A controller that is aborted with `signal`, and by itself when nobody wants the bytes any more. */
function followAbort(signal: AbortSignal | undefined) {
  const controller = new AbortController();
  const stop = () => controller.abort();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return {
    signal: controller.signal,
    stop,
    /** Stops following; long signals would otherwise collect listeners. */
    leave: () => signal?.removeEventListener("abort", stop),
  };
}

/** Hands out what a generator gives, one chunk per read. */
function streamOf(
  bytes: AsyncGenerator<Uint8Array<ArrayBuffer>, void>,
  abort: ReturnType<typeof followAbort>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const part = await bytes.next();
          if (!part.done) return controller.enqueue(part.value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        abort.leave();
      },
      async cancel() {
        abort.stop();
        abort.leave();
        await bytes.return().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** @throws PivotscopeError `bad-input` */
function hubAddress(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  throw new PivotscopeError("bad-input", `"${text}" is no address of a hub.`, `The usual one is ${DEFAULT_HUB}.`);
}
