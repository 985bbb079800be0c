/** A checkpoint folder behind an HTTP address: bundled with the page, hosted, or a hub's `resolve` address. */
import { PivotscopeError } from "../core/errors.ts";
import { type CheckpointFolder, fileNotFound, insidePath, type ReadProgress, readStream } from "./source.ts";

/**
 * @param url address of the folder, with or without the closing slash. Pass an absolute one to a worker: a relative
 *   address counts from the worker's script there.
 */
export function createAddressFolder(name: string, url: string): CheckpointFolder {
  const addressOf = (path: string) => `${url.replace(/\/+$/, "")}/${encodePath(insidePath(path))}`;

  async function open(path: string, signal: AbortSignal | undefined, method: "GET" | "HEAD"): Promise<Response> {
    const address = addressOf(path);
    const response = await request(address, method, signal);
    if (response.status === 404 || response.status === 410) {
      await discard(response);
      throw fileNotFound(name, path, `${address} answered with status ${response.status}`);
    }
    if (!response.ok) {
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

  async function readBytes(path: string, onProgress?: ReadProgress, signal?: AbortSignal) {
    const response = await open(path, signal, "GET");
    const what = addressOf(path);
    try {
      if (response.body === null) return new Uint8Array(await response.arrayBuffer());
      return await readStream(response.body, announcedLength(response), what, onProgress, signal);
    } catch (error) {
      throw asNetworkError(error, what, signal);
    }
  }

  return {
    name,
    async has(path) {
      try {
        await discard(await open(path, undefined, "HEAD"));
        return true;
      } catch (error) {
        if (error instanceof PivotscopeError && error.code === "not-found") return false;
        throw error;
      }
    },
    async readText(path, signal) {
      const text = new TextDecoder().decode(await readBytes(path, undefined, signal));
      if (/\.json$/i.test(path) && text.trimStart().startsWith("<")) {
        throw fileNotFound(name, path, `${addressOf(path)} answered with a web page`);
      }
      return text;
    },
    readBytes,
  };
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

async function request(address: string, method: "GET" | "HEAD", signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(address, signal === undefined ? { method } : { method, signal });
  } catch (error) {
    throw asNetworkError(error, address, signal);
  }
}

function isPage(response: Response): boolean {
  return /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
}

/** Bytes of the decoded body, or null when the server does not say: with a content encoding it counts packed bytes. */
function announcedLength(response: Response): number | null {
  const encoding = response.headers.get("content-encoding") ?? "identity";
  const length = response.headers.get("content-length");
  if (encoding !== "identity" || length === null || !/^\d+$/.test(length)) return null;
  return Number(length);
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

function asNetworkError(error: unknown, address: string, signal: AbortSignal | undefined): PivotscopeError {
  if (error instanceof PivotscopeError) return error;
  if (signal?.aborted) return new PivotscopeError("cancelled", "Cancelled.", "", { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new PivotscopeError(
    "network",
    `${address} could not be read: ${reason}.`,
    "Check the connection, and that the server allows this page to read it (CORS).",
    { cause: error },
  );
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
