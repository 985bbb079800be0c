/** A checkpoint folder behind an HTTP address: bundled with the page, hosted, or a hub's `resolve` address. */
import { PivotscopeError } from "../core/errors.ts";
import { announcedLength, asNetworkError, discard, openAddressStream } from "./address-stream.ts";
import { type CheckpointFolder, fileNotFound, insidePath, wholeFileReads } from "./source.ts";

/**
 * @param url address of the folder, with or without the closing slash. Pass an absolute one to a worker: a relative
 *   address counts from the worker's script there.
 * @param retryDelay milliseconds before a broken connection is taken up again, see `openAddressStream`.
 */
export function createAddressFolder(name: string, url: string, retryDelay?: number): CheckpointFolder {
  const addressOf = (path: string) => `${url.replace(/\/+$/, "")}/${encodePath(insidePath(path))}`;

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const address = addressOf(path);
    const response = await request(address, init);
    if (response.status === 404 || response.status === 410) {
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
    return response;
  }

  /** The answer's headers, or null when there is no such file. */
  async function look(path: string, signal?: AbortSignal): Promise<Response | null> {
    try {
      const response = await ask(path, { method: "HEAD", signal: signal ?? null });
      await discard(response);
      return response;
    } catch (error) {
      if (error instanceof PivotscopeError && error.code === "not-found") return null;
      throw error;
    }
  }

  const open: CheckpointFolder["open"] = (path, options = {}) =>
    openAddressStream(addressOf(path), {
      ...options,
      ...(retryDelay === undefined ? {} : { retryDelay }),
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
      const response = await look(path, signal);
      const bytes = response === null ? null : announcedLength(response);
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

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

async function request(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
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
      ? "The address asks for permission. Download the folder and open its files instead."
      : "Try again later, or download the folder and open its files instead.",
  );
}
