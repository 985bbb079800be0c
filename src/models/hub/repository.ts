/** What a hub says about a repository: the commit behind a revision, and that commit's files. */
import { listFiles, modelInfo } from "@huggingface/hub";
import { PivotscopeError, reasonOf, throwIfCancelled } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import type { FileStore } from "../cache/file-store.ts";
import { type ListedFile, type Listing, parseListing, readListed, writeListing } from "../cache/listing.ts";
import { type CommitKeys, commitKeys, readKeptText, refKey, repositoryFolder } from "../cache/repository-cache.ts";
import { ggufError, innerError } from "../folder-errors.ts";
import { unlessStalled } from "../stall.ts";
import { askHub, folderHint, type HubSettings } from "./request.ts";
import { PassingFailure, SHORT_WAITS, withRetries } from "./retry.ts";

export interface ResolvedRepository {
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: Listing;
  readonly keys: CommitKeys;
  /** Where the list of files came from. */
  readonly origin: "network" | "cache";
  /** What people should know about it, else empty. */
  readonly note: string;
}

const COMMIT = /^[0-9a-f]{40}$/;

/** More than any checkpoint has; a listing that never ends stops here. */
const MOST_FILES = 20_000;
/** Bytes and answers of one call of the client; a thousand files take some 350 kB. */
const MOST_BYTES = 64_000_000;
const MOST_ANSWERS = 1000;

/**
 * Finds out which commit `hub.revision` stands for and which files it has. A commit's listing is kept and asked for
 * once; when the hub cannot be reached, the commit that the revision stood for the last time is taken.
 *
 * @throws what `askHub` throws; PivotscopeError `unsupported` when the repository has no safetensors files.
 */
export async function resolveRepository(
  hub: HubSettings,
  store: FileStore,
  signal: AbortSignal | undefined,
): Promise<ResolvedRepository> {
  const folder = repositoryFolder(hub.hubUrl, hub.repository);
  const wanted = hub.revision ?? "main";
  const { commit, note, ref } = COMMIT.test(wanted)
    ? { commit: wanted, note: "", ref: null }
    : await findCommit(hub, store, refKey(folder, wanted), signal);
  const keys = commitKeys(folder, commit);
  const kept = parseListing(await readKeptText(store, keys.listing).catch(() => null));
  const origin = kept && isUsable(hub, kept) ? "cache" : "network";
  const files = kept && origin === "cache" ? kept : await fetchListing(hub, commit, signal);
  if (!isUsable(hub, files)) throw noSafetensors(hub, files, pathsIn(hub, files));
  if (origin === "network") await keep(store, keys.listing, writeListing(files));
  // Only now: a commit that the hub does not know would be taken while the hub cannot be asked.
  if (ref !== null) await keep(store, ref, commit);
  await keep(store, keys.used, "used\n");
  return { commit, files, keys, origin, note };
}

/**
 * Asks for a commit's list of files once more where it is a kept one, which no hash is known of.
 * @returns null where it is the same.
 * @throws what `askHub` throws.
 */
export async function renewListing(
  hub: HubSettings,
  store: FileStore,
  known: ResolvedRepository,
  signal: AbortSignal | undefined,
): Promise<ResolvedRepository | null> {
  if (known.origin === "network") return null;
  const files = await fetchListing(hub, known.commit, signal);
  const text = writeListing(files);
  if (text === writeListing(known.files)) return null;
  await keep(store, known.keys.listing, text);
  return { ...known, files, origin: "network" };
}

async function findCommit(hub: HubSettings, store: FileStore, ref: string, signal: AbortSignal | undefined) {
  try {
    return { commit: await fetchCommit(hub, signal), note: "", ref };
  } catch (error) {
    const known = await readKeptText(store, ref).catch(() => null);
    const unreachable = error instanceof PivotscopeError && error.code === "network";
    if (!unreachable || known === null || !COMMIT.test(known)) throw error;
    const { host } = new URL(hub.hubUrl);
    const version = `version ${known.slice(0, 7)}`;
    const note = `${host} could not be asked for the newest version; this is the kept ${version}.`;
    return { commit: known, note, ref: null };
  }
}

async function fetchCommit(hub: HubSettings, signal: AbortSignal | undefined): Promise<string> {
  const info = await asking(hub, signal, (fetch) =>
    modelInfo({
      name: hub.repository,
      revision: hub.revision ?? "main",
      hubUrl: hub.hubUrl,
      additionalFields: ["sha"],
      fetch,
    }),
  );
  if (typeof info.sha !== "string" || !COMMIT.test(info.sha)) throw noHub(hub, "names no commit");
  return info.sha;
}

async function fetchListing(
  hub: HubSettings,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, ListedFile>> {
  return asking(hub, signal, async (fetch) => {
    const files = new Map<string, ListedFile>();
    const { repository: repo, hubUrl } = hub;
    let entries = 0;
    for await (const entry of listFiles({ repo, revision: commit, hubUrl, recursive: true, fetch })) {
      entries += 1;
      if (entries > MOST_FILES) throw noHub(hub, `lists more than ${MOST_FILES} files`);
      if (entry.type !== "file") continue;
      const hash = entry.lfs ? { kind: "sha256", hex: entry.lfs.oid } : { kind: "git", hex: entry.oid };
      const file = readListed({ path: entry.path, size: entry.size, hash });
      if (file === null) throw noHub(hub, "lists a file without path or size");
      files.set(file.path, file);
    }
    return files;
  });
}

/** Runs a call of the hub's client, whose requests are sent by `askHub`, tried again, and bounded. */
async function asking<Result>(
  hub: HubSettings,
  signal: AbortSignal | undefined,
  call: (fetch: typeof globalThis.fetch) => Promise<Result>,
): Promise<Result> {
  return withRetries(SHORT_WAITS, hub.clock, signal, async () => {
    let answers = 0;
    let bytes = 0;
    const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
      answers += 1;
      if (answers > MOST_ANSWERS) throw noHub(hub, `gives more than ${MOST_ANSWERS} answers about one thing`);
      const headers = Object.fromEntries(new Headers(init?.headers));
      const response = await askHub(hub, String(input), { method: init?.method, headers, signal });
      // Read here, since the client takes a body that breaks off for one that makes no sense.
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of bodyOf(response, hub, signal)) {
        bytes += part.length;
        if (bytes > MOST_BYTES) throw noHub(hub, `answers with more than ${formatBytes(MOST_BYTES)}`);
        parts.push(part);
      }
      return new Response(new Blob(parts), { status: response.status, headers: response.headers });
    };
    try {
      return await call(fetch);
    } catch (error) {
      if (error instanceof PivotscopeError || error instanceof PassingFailure) throw error;
      if (signal?.aborted) throw new PivotscopeError("cancelled", "Cancelled.", "", { cause: error });
      throw noHub(hub, "answers in no form that this page knows", error);
    }
  });
}

/** An answer's bytes as they come. @throws PassingFailure when the connection breaks; PivotscopeError `cancelled`. */
async function* bodyOf(response: Response, hub: HubSettings, signal: AbortSignal | undefined) {
  const body = response.body?.getReader();
  const stop = () => void body?.cancel().catch(() => undefined);
  try {
    for (;;) {
      const part = await (body && unlessStalled(body.read(), hub.clock, stop));
      if (part === undefined || part.done) return;
      yield part.value;
    }
  } catch (error) {
    throwIfCancelled(signal);
    const reason = reasonOf(error);
    const said = `The connection to ${new URL(hub.hubUrl).host} broke (${reason}), asked for ${hub.repository}.`;
    throw new PassingFailure(new PivotscopeError("network", said, "Try again.", { cause: error }));
  } finally {
    stop();
  }
}

/** Keeps a small file where that can be done; what cannot be kept is asked for again. */
async function keep(store: FileStore, key: string, text: string): Promise<void> {
  await store.write(key, new TextEncoder().encode(text)).catch(() => undefined);
}

function noHub(hub: HubSettings, what: string, cause?: unknown): PivotscopeError {
  const hint = folderHint(hub) || "Try again later; something on the way to the hub may answer in its place.";
  return new PivotscopeError("network", `${hub.hubUrl} ${what}, asked for ${hub.repository}.`, hint, { cause });
}

/** Whether the folder may hold a checkpoint. An adapter is named as one by who reads config.json. */
function isUsable(hub: HubSettings, files: Listing): boolean {
  return pathsIn(hub, files).some((path) => /^([^/]+\.safetensors|adapter_config\.json)$/.test(path));
}

/** Paths of the files in the folder that is opened, counted from it. */
function pathsIn({ prefix }: HubSettings, files: Listing): string[] {
  return [...files.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
}

function noSafetensors(hub: HubSettings, files: Listing, here: readonly string[]): PivotscopeError {
  const repository = `${hub.repository}/${hub.prefix}`.replace(/\/$/, "");
  const inner = here
    .filter((path) => /.\/config\.json$/.test(path))
    .map((path) => path.slice(0, -"/config.json".length));
  if (inner.length > 0 && !here.includes("config.json")) return innerError(repository, inner);
  if (files.size === 0) {
    const what = `${hub.repository} has no files in this revision.`;
    return new PivotscopeError("not-found", what, "Choose another repository, or another revision of it.");
  }
  if (here.length === 0) {
    const folders = [
      ...new Set([...files.keys()].flatMap((path) => (path.includes("/") ? [path.replace(/\/[^/]*$/, "")] : []))),
    ];
    const known = folders.length === 0 ? "it has no folders" : `it has ${folders.slice(0, 5).join(", ")}`;
    const what = `${hub.repository} has no folder "${hub.prefix.slice(0, -1)}" in this revision; ${known}.`;
    return new PivotscopeError("not-found", what, "Name a folder that it has, or none.");
  }
  const gguf = here.find((path) => /\.gguf$/i.test(path));
  if (gguf !== undefined) return ggufError(repository, gguf);
  const others = here.filter((path) => /\.(bin|pth?|ckpt|gguf|onnx|msgpack|h5)$/i.test(path));
  const found = others.length === 0 ? "" : `; its weights are in ${others.slice(0, 3).join(", ")}`;
  return new PivotscopeError(
    "unsupported",
    `${repository} has no safetensors file beside its config.json${found}.`,
    "Choose a repository, or a revision of this one, whose weights are model.safetensors.",
  );
}
