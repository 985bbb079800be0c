/**
 * Parts of the program that are fetched when they are needed first. A browser may remember that a module could not be
 * fetched and refuse it until page or worker are loaded again (HTML's module map; the standard changed in 2026, browsers
 * follow). So nothing is imported before the server has answered: what failed without a network works once it is back.
 */
import { PivotscopeError } from "./errors.ts";

export interface Server {
  /** A file of the program that runs: gone from the server once that has a newer version. */
  readonly url: string;
  fetch(url: string, options: RequestInit): Promise<Pick<Response, "status">>;
}

const SERVER: Server = { url: import.meta.url, fetch: (url, options) => fetch(url, options) };

/**
 * A function that loads the part once and gives it to every caller; what failed is tried anew at the next call.
 *
 * It rejects with PivotscopeError `network` while the server does not answer, and `other-page` when it does but the part
 * is not to be had from it: then only loading the page again helps.
 */
// A build that needs none of what would be loaded leaves it out.
/* @__NO_SIDE_EFFECTS__ */
export function onDemand<Part>(load: () => Promise<Part>, server: Server = SERVER): () => Promise<Part> {
  let loading: Promise<Part> | null = null;
  return () => {
    loading ??= fetchPart(load, server).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

async function fetchPart<Part>(load: () => Promise<Part>, { url, fetch }: Server): Promise<Part> {
  // Node's modules lie on the disk.
  if (/^https?:/.test(url)) {
    const { status } = await fetch(url, { method: "HEAD", cache: "no-store" }).catch((cause: unknown) => {
      throw unreached("its server does not answer", cause);
    });
    if (status === 404 || status === 410) throw gone();
    // A host that does not know the question (405, 501) may well have the part.
    if (status >= 500 && status !== 501) throw unreached(`its server answers with status ${status}`);
  }
  try {
    return await load();
  } catch (cause) {
    throw gone(cause);
  }
}

function unreached(how: string, cause?: unknown): PivotscopeError {
  return new PivotscopeError(
    "network",
    `A part of this page could not be fetched: ${how}.`,
    "Try again once the network is back; what is on the page stays. A reload needs the network, too.",
    { cause },
  );
}

function gone(cause?: unknown): PivotscopeError {
  return new PivotscopeError(
    "other-page",
    "A part of this page is not to be had from its server, which may have a newer version of the page.",
    "Reload the page; the address brings back what it shows.",
    { cause },
  );
}
