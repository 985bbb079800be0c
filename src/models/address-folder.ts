/** A checkpoint folder behind an HTTP address: bundled with the page, hosted, or a hub's `resolve` address. */
import { PivotscopeError } from "../core/errors.ts";
import { announcedLength, asNetworkError, discard, openAddressStream, statedSize } from "./address-stream.ts";
import { type CheckpointFolder, fileNotFound, insidePath, wholeFileReads } from "./source.ts";
import { systemTimer, type Timer, unlessStalled } from "./stall.ts";

const CONFIG = "config.json";

/** How servers that do not know HEAD answer it. */
const NO_HEAD = [405, 501];

/**
 * @param url address of the folder, with or without the closing slash. Pass an absolute one to a worker: a relative
 *   address counts from the worker's script there.
 * @param retryDelay milliseconds before a broken connection is taken up again, see `openAddressStream`.
 * @param timer says when a transfer has stalled.
 */
export function createAddressFolder(
  name: string,
  url: string,
  retryDelay?: number,
  timer: Timer = systemTimer,
): CheckpointFolder {
  const addressOf = (path: string) => `${url.replace(/\/+$/, "")}/${encodePath(insidePath(path))}`;

  let configRead = false;

  /** Whether the answer says that there is no such file. */
  const isMissing = (path: string, status: number) =>
    // Buckets of files answer 403 for what is not there, unless everybody may list them.
    status === 404 || status === 410 || (status === 403 && configRead && path !== CONFIG);

  async function ask(path: string, init: RequestInit, also: readonly number[] = []): Promise<Response> {
    const address = addressOf(path);
    const response = await request(address, init, timer);
    if (also.includes(response.status)) return response;
    if (isMissing(path, response.status)) {
      await discard(response);
      throw fileNotFound(name, path, `${address} answered with status ${response.status}`);
    }
    if (!response.ok && response.status !== 416) {
      await discard(response);
      throw statusError(address, response.status);
    }
    // Servers of single-page apps answer a missing file with the app's page and status 200.
    if (isPage(response)) {
      await discard(response);
      throw fileNotFound(name, path, `${address} answered with a web page`);
    }
    if (path === CONFIG) configRead = true;
    return response;
  }

  /** Bytes of a file, null where the server does not say; or null when there is no such file. */
  async function look(path: string, signal?: AbortSignal): Promise<{ readonly bytes: number | null } | null> {
    const init = { cache: "no-store", signal: signal ?? null } as const;
    try {
      // Answers about a range are not packed, so that the length is the file's.
      const head = await ask(path, { ...init, method: "HEAD", headers: { range: "bytes=0-" } }, NO_HEAD);
      await discard(head);
      if (!NO_HEAD.includes(head.status)) return { bytes: statedSize(head) ?? lengthOf(head) };
      const first = await ask(path, { ...init, headers: { range: "bytes=0-0" } });
      await discard(first);
      return { bytes: statedSize(first) ?? (first.status === 206 ? null : lengthOf(first)) };
    } catch (error) {
      if (error instanceof PivotscopeError && error.code === "not-found") return null;
      throw error;
    }
  }

  const open: CheckpointFolder["open"] = (path, options = {}) =>
    openAddressStream(addressOf(path), {
      ...options,
      ...(retryDelay === undefined ? {} : { retryDelay }),
      timer,
      // Browsers put parts and whole answers of one address together in their cache, packed ones with plain ones where a
      // server packs only whole answers: what came out was neither. So parts stay out of the cache.
      request: (headers) =>
        ask(path, {
          headers,
          signal: options.signal ?? null,
          ...("range" in headers ? { cache: "no-store" as const } : {}),
        }),
    });
  const reads = wholeFileReads(open);

  return {
    name,
    has: async (path) => (await look(path)) !== null,
    async entry(path, signal) {
      const bytes = (await look(path, signal))?.bytes ?? null;
      return bytes === null ? null : { path, bytes, cachedBytes: 0 };
    },
    open,
    async readText(path, signal) {
      const text = await reads.readText(path, signal);
      if (/\.json$/i.test(path) && text.trimStart().startsWith("<")) {
        throw fileNotFound(name, path, `${addressOf(path)} answered with a web page`);
      }
      return text;
    },
    readBytes: reads.readBytes,
  };
}

/** Length that an answer about a range gives the file; of an empty file there is no range. */
function lengthOf(response: Response): number | null {
  return response.status === 416 ? 0 : announcedLength(response, true);
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

async function request(address: string, init: RequestInit, timer: Timer): Promise<Response> {
  const stalled = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, stalled.signal]) : stalled.signal;
  try {
    return await unlessStalled(fetch(address, { ...init, signal }), timer, () => stalled.abort());
  } catch (error) {
    throw asNetworkError(error, address, init.signal ?? undefined);
  }
}

function isPage(response: Response): boolean {
  return /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
}

function statusError(address: string, status: number): PivotscopeError {
  const denied = status === 401 || status === 403;
  return new PivotscopeError(
    "network",
    `${address} answered with status ${status}.`,
    denied
      ? "The address asks for permission, or has no such file. Download the folder and open its files instead."
      : "Try again later, or download the folder and open its files instead.",
  );
}
