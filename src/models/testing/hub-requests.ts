/** What the test hub notes of each request. */
import type { IncomingMessage } from "node:http";

export interface HubRequest {
  readonly server: "hub" | "cdn";
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The file that was asked for, or "api:info", "api:tree", "api:paths". */
  readonly place: string;
  readonly range: string | null;
  readonly authorization: string | null;
  /** Bytes of a body that were sent. */
  sent: number;
  status: number;
}

/** Notes a request at the end of `requests`. */
export function record(
  requests: HubRequest[],
  server: "hub" | "cdn",
  request: IncomingMessage,
  place: string,
): HubRequest {
  const { range = null, authorization = null } = request.headers;
  const method = request.method ?? "GET";
  const entry = { server, method, url: request.url ?? "", place, range, authorization, sent: 0, status: 0 };
  requests.push(entry);
  return entry;
}
