/** A checkpoint folder in a hub's repository, whose files are kept in a store. */
import { PivotscopeError } from "../../core/errors.ts";
import type { FileStore } from "../cache/file-store.ts";
import { type CheckpointFolder, fileNotFound, insidePath, type OpenFile, wholeFileReads } from "../source.ts";
import { DEFAULT_HUB } from "./default-hub.ts";
import { keptFileBytes } from "./kept-file.ts";
import { type ResolvedRepository, resolveRepository } from "./repository.ts";
import type { Fetch, HubSettings } from "./request.ts";
import { type Clock, systemClock } from "./retry.ts";

export interface HubFolderSource {
  /** "owner/name". */
  readonly repository: string;
  /** Folder of the repository that is opened; absent for its root. */
  readonly folder?: string;
  /** Branch, tag or commit; null for "main". */
  readonly revision: string | null;
  /** https://huggingface.co when null. */
  readonly hubUrl: string | null;
  /** Begins with "hf_"; kept in memory only, and sent to the hub only. */
  readonly accessToken?: string | null;
}

export interface HubFolderOptions {
  readonly fetch?: Fetch;
  readonly clock?: Clock;
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
  { fetch = (input, init) => globalThis.fetch(input, init), clock = systemClock }: HubFolderOptions = {},
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
    accessToken: usableToken(source, hubUrl),
    fetch,
    clock,
  };
  const remarks = new Set<string>();
  const small = new Map<string, Uint8Array<ArrayBuffer>>();
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
    const place = { store, key: known.keys.file(file), checkedKey: known.keys.checked(file) };
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
      hash: file.hash,
      from,
      to,
      signal: abort.signal,
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
    readBytes,
    readText: async (path, signal) => new TextDecoder().decode(await readBytes(path, undefined, signal)),
  };
}

function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
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

/** @throws PivotscopeError `bad-input` when the token is none, or would travel where everybody can read it. */
function usableToken({ accessToken }: HubFolderSource, hubUrl: string): string | null {
  const token = accessToken?.trim() ?? "";
  if (token === "") return null;
  const url = new URL(hubUrl);
  if (!/^[\x21-\x7e]+$/.test(token) || (hubUrl === DEFAULT_HUB && !token.startsWith("hf_"))) {
    throw new PivotscopeError(
      "bad-input",
      "This is not an access token of the hub.",
      `They begin with "hf_" and are made at ${hubUrl}/settings/tokens.`,
    );
  }
  if (url.protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    throw new PivotscopeError(
      "bad-input",
      `The access token would go to ${url.host} for everybody on the way to read.`,
      "Use the hub's https address, or no token.",
    );
  }
  return token;
}
