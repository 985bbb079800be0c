/**
 * One request to a hub: the access token goes to the hub alone, and whatever is not an answer becomes an error that says
 * what it means. The hub answers 401 for repositories that do not exist, so that nobody learns which private ones do.
 */
import { PivotscopeError, reasonOf, throwIfCancelled } from "../../core/errors.ts";
import { formatDuration } from "../../core/words.ts";
import { fileNotFound } from "../source.ts";
import { unlessStalled } from "../stall.ts";
import { DEFAULT_HUB } from "./default-hub.ts";
import { type Clock, PassingFailure, parseRetryAfter } from "./retry.ts";

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface HubSettings {
  /** "owner/name". */
  readonly repository: string;
  /** Folder of the repository with a closing slash, or empty for its root. */
  readonly prefix: string;
  readonly revision: string | null;
  /** Without closing slash. */
  readonly hubUrl: string;
  readonly accessToken: string | null;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

export interface AskOptions {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** File of the repository that is asked for; absent for the hub's API. */
  readonly path?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Beyond this nobody plans to come back; milliseconds. */
const LONGEST_PATIENCE = 48 * 3_600_000;
const OPEN_FOLDER = "download the folder and open its files instead";

/**
 * Sends a request. Answers with status 200, 206 and 416 are returned, but for web pages: neither the API nor a file of a
 * checkpoint is one, so that something on the way has answered.
 * @throws PassingFailure for what may pass; PivotscopeError `not-found`, `bad-input`, `network` or `cancelled` else.
 */
export async function askHub(hub: HubSettings, url: string, options: AskOptions = {}): Promise<Response> {
  const { method = "GET", path, signal } = options;
  throwIfCancelled(signal);
  const headers: Record<string, string> = { ...options.headers };
  // Only here is the token ever put anywhere. When the hub passes a request on to another origin, fetch leaves it off.
  if (hub.accessToken !== null && new URL(url).origin === new URL(hub.hubUrl).origin) {
    headers.authorization = `Bearer ${hub.accessToken}`;
  }
  const stalled = new AbortController();
  let response: Response;
  try {
    // The files are kept by this program; the browser's HTTP cache would keep them a second time.
    const init: RequestInit = {
      method,
      headers,
      cache: "no-store",
      credentials: "omit",
      signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    };
    response = await unlessStalled(hub.fetch(url, init), hub.clock, () => stalled.abort());
  } catch (error) {
    if (signal?.aborted) throw new PivotscopeError("cancelled", "Cancelled.", "", { cause: error });
    throw new PassingFailure(unreachable(hub, url, error, path));
  }
  const page = response.ok && /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
  if (page) {
    await response.body?.cancel().catch(() => undefined);
    throw webPage(hub, path);
  }
  if (response.status === 200 || response.status === 206 || response.status === 416) return response;
  const error = await asError(hub, response, url, path);
  await response.body?.cancel().catch(() => undefined);
  throw error;
}

/**
 * What to do when an address turns out to be no hub's: two parts of a path name a repository or a plain folder. Empty for
 * the usual hub, whose addresses are never folders, and with a revision, which folders do not have.
 */
export function folderHint({ hubUrl, repository, revision }: HubSettings): string {
  if (hubUrl === DEFAULT_HUB || revision !== null) return "";
  return `If it is a plain folder, write its address with a slash at the end (${hubUrl}/${repository}/).`;
}

function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

function webPage(hub: HubSettings, path?: string): PivotscopeError {
  const what = path === undefined ? `an answer about ${hub.repository}` : path;
  return new PivotscopeError(
    "network",
    `A web page came from ${hub.hubUrl} in place of ${what}.`,
    sentences(
      path === undefined ? folderHint(hub) : "",
      "It may be the sign-in page of this network: open any other site, sign in there, and try again.",
    ),
  );
}

/** fetch tells pages nothing about why it failed, so the error says all that it can be. */
function unreachable(hub: HubSettings, url: string, cause: unknown, path?: string): PivotscopeError {
  const { host } = new URL(url);
  if (globalThis.navigator?.onLine === false) {
    return new PivotscopeError("network", `This device is offline; ${host} was wanted.`, "Connect and try again.", {
      cause,
    });
  }
  const reason = reasonOf(cause);
  const detail =
    cause instanceof Error && cause.cause instanceof Error ? `${reason}: ${reasonOf(cause.cause)}` : reason;
  // Whoever answers about the repository is a hub; its files may come from another server, which fetch does not name.
  const what = path === undefined ? host : `${path}: ${host}, or the server that it keeps its files on,`;
  return new PivotscopeError(
    "network",
    `${what} could not be reached (${detail}).`,
    sentences(
      "Check the connection. If other pages open, the server may not let this page read it (CORS), or a blocker or " +
        `firewall stops it: ${OPEN_FOLDER}.`,
      path === undefined ? folderHint(hub) : "",
    ),
    { cause },
  );
}

/** When to try again, after what a server asks to wait: milliseconds, null where it does not say. */
function patienceOf(retryAfter: number | null): string {
  if (retryAfter === null) return "in a few minutes";
  if (retryAfter < 1000) return "in a moment";
  return retryAfter > LONGEST_PATIENCE ? "later" : `in ${formatDuration(retryAfter / 1000)}`;
}

async function asError(hub: HubSettings, response: Response, url: string, path?: string): Promise<Error> {
  const { status, headers } = response;
  const { repository, accessToken } = hub;
  const host = new URL(hub.hubUrl).host;
  const code = headers.get("x-error-code") ?? "";
  const said = headers.get("x-error-message") ?? "";
  const elsewhere = response.url !== "" && new URL(response.url).origin !== new URL(hub.hubUrl).origin;
  const answered = `${elsewhere ? new URL(response.url).host : host} answered with status ${status}`;

  if (status === 408 || status === 429 || status >= 500) {
    const retryAfter = parseRetryAfter(headers.get("retry-after"), hub.clock.now());
    const patience = patienceOf(retryAfter);
    const why = status === 429 ? `${host} takes no more requests for now (status 429).` : `${answered}.`;
    return new PassingFailure(new PivotscopeError("network", why, `Try again ${patience}.`), retryAfter);
  }
  // The CDN's addresses are signed and expire; a new try asks the hub for a new one.
  if (elsewhere) {
    return new PassingFailure(new PivotscopeError("network", `${answered} for ${path ?? url}.`, "Try again."));
  }
  if (code === "GatedRepo") {
    const also = accessToken === null ? "and give an access token of your account" : "with the account of this token";
    return new PivotscopeError(
      "not-found",
      `${repository} is gated: ${host} gives its files only to people who accepted its conditions.`,
      `Accept them at ${hub.hubUrl}/${repository} ${also}, or ${OPEN_FOLDER}.`,
    );
  }
  if (code === "RevisionNotFound") {
    return new PivotscopeError(
      "not-found",
      `${repository} has no revision "${hub.revision ?? "main"}".`,
      `Its branches are listed at ${hub.hubUrl}/${repository}/tree/main.`,
    );
  }
  if (path !== undefined && (code === "EntryNotFound" || status === 404)) {
    return fileNotFound(repository, path, answered);
  }
  if (code === "DisabledRepo") {
    return new PivotscopeError(
      "not-found",
      `${host} has switched ${repository} off. ${said}`.trim(),
      "Choose another.",
    );
  }
  if (status === 401 && accessToken !== null && code !== "RepoNotFound") {
    return new PivotscopeError(
      "bad-input",
      `${host} does not accept the access token.`,
      `Make a new one at ${hub.hubUrl}/settings/tokens, or leave it out for open repositories.`,
    );
  }
  const folder = path === undefined && code === "" ? folderHint(hub) : "";
  if (folder !== "" && status !== 401) {
    const check = "Else check the name, and that it is not private.";
    return new PivotscopeError(
      "not-found",
      `${answered}, asked for the repository ${repository}.`,
      `${folder} ${check}`,
    );
  }
  if (code === "RepoNotFound" || status === 401 || status === 404) {
    return new PivotscopeError(
      "not-found",
      `${host} has no ${repository}, or it is private: the hub answers the same to both.`,
      accessToken === null
        ? `Check the name. If it is private, give an access token that may read it, or ${OPEN_FOLDER}.`
        : `Check the name, and that the access token may read it; or ${OPEN_FOLDER}.`,
    );
  }
  const what = said === "" ? `${answered} for ${path ?? repository}.` : `${answered}: ${said}`;
  return new PivotscopeError("network", what, `Try again later, or ${OPEN_FOLDER}.`);
}
