/**
 * A server that answers like huggingface.co for what `@huggingface/hub` and the hub folder ask: model info, file lists
 * page by page, files at revisions, LFS files by redirect to a CDN of another origin, CORS as the hub does it, errors
 * with the hub's codes. For tests only. What can go wrong is switched on per file or API call (hub-faults.ts).
 *
 *     const hub = await startHubServer({ models: [{ repository: "owner/name", revisions: { main: files } }] });
 *     hub.fault("model.safetensors", { kind: "cut", after: 1000, times: 1 });
 *     …
 *     await hub.close();
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  allowOrigin,
  answerError,
  answerPage,
  answerStatus,
  encodePath,
  finish,
  listen,
  serve,
} from "./hub-answers.ts";
import { answerApi } from "./hub-api.ts";
import { createGate, FaultBoard, type Gate, type GateControl, type HubFault } from "./hub-faults.ts";
import { answerFile } from "./hub-files.ts";
import { createRepositories, type HubFiles, type HubModel } from "./hub-repositories.ts";
import { type HubRequest, record } from "./hub-requests.ts";

export type { Gate, HubFault } from "./hub-faults.ts";
export type { HubFiles, HubModel } from "./hub-repositories.ts";
export type { HubRequest } from "./hub-requests.ts";

export interface HubServerOptions {
  readonly models: readonly HubModel[];
  /** Port of the hub; any free one when absent. The CDN takes any free one. */
  readonly port?: number;
  /** Files that lie in LFS and come from the CDN; weights, pictures and whatever has 10 MB when absent. */
  readonly isLarge?: (path: string, bytes: number) => boolean;
  /** Entries per page of a file list; 1000 when absent, as the hub does. */
  readonly pageSize?: number;
  /** Tell Xet hashes as well, as the hub does for most of its files. */
  readonly xet?: boolean;
}

export interface HubServer {
  /** Address of the hub, without closing slash. */
  readonly url: string;
  readonly cdnUrl: string;
  /** All requests but preflights, in the order in which they came. */
  readonly requests: readonly HubRequest[];
  /** The commit that a revision stands for. */
  commit(repository: string, revision?: string): string;
  /** Moves a branch to other files. */
  push(repository: string, revision: string, files: HubFiles): Promise<void>;
  /** Switches a fault on for a file's path, or for "api:info", "api:tree" or "api:paths". */
  fault(place: string, fault: HubFault): void;
  clearFaults(place?: string): void;
  /** From now on, bodies of this file pass only as far as the gate lets them. */
  hold(place: string): Gate;
  forgetRequests(): void;
  close(): Promise<void>;
}

export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
  const isLarge = options.isLarge ?? ((path, bytes) => /\.(safetensors|bin|onnx|png|jpe?g)$/.test(path) || bytes > 1e7);
  const repositories = await createRepositories(options.models, isLarge);
  const faults = new FaultBoard();
  const gates = new Map<string, GateControl>();
  const requests: HubRequest[] = [];

  const keepsOut = (place: string, server: "hub" | "cdn") =>
    faults.take(place, "no-cors", ({ at = server }) => at === server) !== null;

  async function answerHub(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://hub");
    const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
    const api = parts[0] === "api" && parts[1] === "models";
    const cached = parts[0] === "api" && parts[1] === "resolve-cache";
    const [owner = "", name = "", action = "", revision = "", ...rest] = parts.slice(cached ? 3 : api ? 2 : 0);
    // The cache's addresses have no "resolve" before the commit.
    const path = cached ? [revision, ...rest].join("/") : rest.join("/");
    const wanted = cached ? action : action === "" ? "main" : revision;
    const calls: Record<string, string> = { tree: "api:tree", "paths-info": "api:paths" };
    const place = api ? (calls[action] ?? "api:info") : path;
    if (request.method === "OPTIONS") {
      if (!keepsOut(place, "hub")) allowOrigin(request, response);
      response.setHeader("Access-Control-Allow-Methods", "GET,HEAD,POST,OPTIONS");
      response.setHeader("Access-Control-Allow-Headers", "Authorization,Range,Accept,Content-Type,If-None-Match");
      response.setHeader("Access-Control-Max-Age", "86400");
      return void response.writeHead(204).end();
    }
    const entry = record(requests, "hub", request, place);
    if (!keepsOut(place, "hub")) allowOrigin(request, response);
    response.setHeader("X-Request-Id", `Root=1-${requests.length}`);
    const status = faults.take(place, "status", ({ at }) => at !== "cdn");
    if (status) return answerStatus(response, entry, status);
    const page = faults.take(place, "page", ({ at }) => at !== "cdn");
    if (page) return answerPage(response, entry, page.announced ?? true);

    const repository = repositories.find(`${owner}/${name}`);
    const token = /^Bearer (.+)$/.exec(entry.authorization ?? "")?.[1] ?? null;
    const reader = token !== null && (repository?.model.readers ?? []).includes(token);
    if (!repository || (repository.model.hidden && !reader)) {
      // The hub does not tell strangers which repositories exist.
      if (token === null) return answerError(response, entry, 401, "RepoNotFound", "Invalid username or password.");
      return answerError(response, entry, 404, "RepoNotFound", "Repository not found");
    }
    const commit = repository.commits.get(wanted) ?? repository.revisions.get(wanted === "HEAD" ? "main" : wanted);
    if (!commit) return answerError(response, entry, 404, "RevisionNotFound", `Invalid rev id: ${wanted}`);
    if (api) {
      const call = { repository, commit, action, path, url };
      return answerApi(request, response, entry, call, { ...options, faults, hubUrl });
    }

    if ((action !== "resolve" && action !== "raw" && !cached) || path === "") {
      return answerError(response, entry, 404, "EntryNotFound", "Entry not found");
    }
    if (repository.model.gated && !reader) {
      const address = `${hubUrl}/${repository.model.repository}`;
      const why =
        token === null
          ? "You must have access to it and be authenticated to access it. Please log in."
          : `You are not in the authorized list. Visit ${address} to ask for access.`;
      const message = `Access to model ${repository.model.repository} is restricted. ${why}`;
      return answerError(response, entry, token === null ? 401 : 403, "GatedRepo", message);
    }
    const file = commit.files.get(path);
    response.setHeader("X-Repo-Commit", commit.id);
    if (!file) return answerError(response, entry, 404, "EntryNotFound", "Entry not found");
    if (file.sha256 === null) {
      // Small files come from a cache of the hub's own, by a redirect that stays on the hub.
      if (!cached) {
        response.setHeader("Location", `/api/resolve-cache/models/${owner}/${name}/${commit.id}/${encodePath(path)}`);
        response.setHeader("ETag", `"${file.oid}"`);
        response.setHeader("X-Linked-ETag", `"${file.oid}"`);
        response.setHeader("X-Linked-Size", file.size);
        return finish(response, entry, 307);
      }
      return answerFile({ faults, gates }, request, response, entry, path, file, file.oid);
    }
    response.setHeader("ETag", `"${file.sha256}"`);
    response.setHeader("X-Linked-ETag", `"${file.sha256}"`);
    response.setHeader("X-Linked-Size", file.size);
    if (options.xet) response.setHeader("X-Xet-Hash", file.sha256);
    const expires = "Expires=1900000000&Signature=test";
    response.setHeader(
      "Location",
      `${cdnUrl}/${owner}/${name}/${file.sha256}?path=${encodeURIComponent(path)}&${expires}`,
    );
    return finish(response, entry, 302);
  }

  async function answerCdn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://cdn");
    const place = url.searchParams.get("path") ?? "";
    if (!keepsOut(place, "cdn")) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Access-Control-Expose-Headers", "Accept-Ranges, Content-Range, ETag");
    }
    if (request.method === "OPTIONS") return void response.writeHead(403).end();
    const entry = record(requests, "cdn", request, place);
    const status = faults.take(place, "status", ({ at }) => at === "cdn");
    if (status) return answerStatus(response, entry, status);
    const page = faults.take(place, "page", ({ at }) => at === "cdn");
    if (page) return answerPage(response, entry, page.announced ?? true);
    const sha256 = url.pathname.split("/").at(-1) ?? "";
    const found = repositories.large.get(sha256);
    if (!found) return finish(response, entry, 403);
    return answerFile({ faults, gates }, request, response, entry, place, found.file, sha256);
  }

  const cdn = serve(answerCdn);
  const hub = serve(answerHub);
  const cdnUrl = await listen(cdn, 0);
  const hubUrl = await listen(hub, options.port ?? 0);

  return {
    url: hubUrl,
    cdnUrl,
    requests,
    commit(repository, revision = "main") {
      const commit = repositories.known(repository).revisions.get(revision);
      if (!commit) throw new Error(`The test hub has no ${revision} of ${repository}.`);
      return commit.id;
    },
    push: repositories.push,
    fault: (place, fault) => faults.set(place, fault),
    clearFaults: (place) => faults.clear(place),
    hold(place) {
      const gate = createGate();
      gates.set(place, gate);
      return gate;
    },
    forgetRequests: () => void requests.splice(0),
    async close() {
      for (const gate of gates.values()) gate.open();
      await Promise.all(
        [hub, cdn].map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}
