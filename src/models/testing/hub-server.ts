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
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  allowOrigin,
  answerError,
  answerJson,
  answerStatus,
  bodyOf,
  encodePath,
  finish,
  listen,
  serve,
} from "./hub-answers.ts";
import { createGate, FaultBoard, type Gate, type GateControl, type HubFault } from "./hub-faults.ts";
import { fileOfBytes, filesOfFolder, gitBlobOf, type ServedFile, sha256Of } from "./served-file.ts";

export type { Gate, HubFault } from "./hub-faults.ts";

/** Files by path, or the path of a folder on disk. */
export type HubFiles = ReadonlyMap<string, Uint8Array | string> | string;

export interface HubModel {
  /** "owner/name". */
  readonly repository: string;
  /** Content of each branch or tag; "main" is the one that is taken when none is named. */
  readonly revisions: Readonly<Record<string, HubFiles>>;
  /** Everybody sees the list of files, but the files only those with `readers`' tokens. */
  readonly gated?: boolean;
  /** Without a reader's token the hub answers as if there were no such repository. */
  readonly hidden?: boolean;
  /** Access tokens that may read a gated or hidden repository. */
  readonly readers?: readonly string[];
}

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

interface HubFile extends ServedFile {
  /** Git's name of the content; of a large file, of its pointer. */
  readonly oid: string;
  /** SHA-256 of a large file, else null. */
  readonly sha256: string | null;
}

interface Commit {
  readonly id: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

interface Repository {
  readonly model: HubModel;
  readonly revisions: Map<string, Commit>;
  readonly commits: Map<string, Commit>;
}

const CHUNK_BYTES = 64 * 1024;

export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
  const isLarge = options.isLarge ?? ((path, bytes) => /\.(safetensors|bin|onnx|png|jpe?g)$/.test(path) || bytes > 1e7);
  const repositories = new Map<string, Repository>();
  const large = new Map<string, { readonly path: string; readonly file: HubFile }>();
  const faults = new FaultBoard();
  const gates = new Map<string, GateControl>();
  const requests: HubRequest[] = [];

  const push = async (repository: Repository, revision: string, content: HubFiles) => {
    const files = new Map<string, HubFile>();
    for (const [path, file] of await servedFiles(content)) {
      const sha256 = isLarge(path, file.size) ? await sha256Of(file) : null;
      const oid = await gitBlobOf(sha256 === null ? file : fileOfBytes(pointerOf(sha256, file.size)));
      const hubFile = { ...file, sha256, oid };
      files.set(path, hubFile);
      if (sha256 !== null) large.set(sha256, { path, file: hubFile });
    }
    const listing = [...files].map(([path, { oid }]) => `${oid} ${path}`).join("\n");
    const id = createHash("sha1").update(`${repository.model.repository}\n${listing}`).digest("hex");
    const commit = { id, files };
    repository.revisions.set(revision, commit);
    repository.commits.set(id, commit);
  };
  for (const model of options.models) {
    const repository: Repository = { model, revisions: new Map(), commits: new Map() };
    repositories.set(model.repository, repository);
    for (const [revision, files] of Object.entries(model.revisions)) await push(repository, revision, files);
  }
  const known = (name: string): Repository => {
    const repository = repositories.get(name);
    if (!repository) throw new Error(`The test hub has no ${name}.`);
    return repository;
  };

  const record = (server: "hub" | "cdn", request: IncomingMessage, place: string): HubRequest => {
    const { range = null, authorization = null } = request.headers;
    const method = request.method ?? "GET";
    const entry = { server, method, url: request.url ?? "", place, range, authorization, sent: 0, status: 0 };
    requests.push(entry);
    return entry;
  };

  const keepsOut = (place: string, server: "hub" | "cdn") =>
    faults.take(place, "no-cors", ({ at = server }) => at === server) !== null;

  async function answerFile(
    request: IncomingMessage,
    response: ServerResponse,
    entry: HubRequest,
    path: string,
    stored: HubFile,
    etag: string,
  ): Promise<void> {
    const length = faults.take(path, "length")?.bytes;
    const changed = faults.take(path, "changed") !== null;
    const file = length === undefined ? stored : { ...stored, size: length, read: resized(stored) };
    response.setHeader("ETag", `"${etag}"`);
    response.setHeader("Accept-Ranges", "bytes");
    response.setHeader("Content-Type", path.endsWith(".json") ? "application/json" : "application/octet-stream");
    const asked = faults.take(path, "ignore-range") ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    let from = 0;
    let to = file.size;
    if (asked) {
      from = Number(asked[1]);
      to = Math.min(file.size, asked[2] ? Number(asked[2]) + 1 : file.size);
      if (from >= to) {
        response.setHeader("Content-Range", `bytes */${file.size}`);
        return finish(response, entry, 416);
      }
      response.setHeader("Content-Range", `bytes ${from}-${to - 1}/${file.size}`);
    }
    entry.status = asked ? 206 : 200;
    response.writeHead(entry.status, { "Content-Length": to - from });
    if (request.method === "HEAD") return void response.end();
    const cut = faults.take(path, "cut")?.after ?? Number.POSITIVE_INFINITY;
    const gate = gates.get(path);
    const closed = new Promise<void>((resolve) => response.on("close", resolve));
    for await (const piece of file.read(from, to)) {
      for (let offset = 0; offset < piece.length; ) {
        let take = Math.min(CHUNK_BYTES, piece.length - offset, cut - entry.sent);
        if (take > 0 && gate) take = await gate.take(take, closed);
        if (take <= 0) {
          // What was written must leave before the line breaks, or a test would not know how much came.
          if (!response.destroyed) await new Promise<void>((resolve) => response.write("", () => resolve()));
          return void request.socket.destroy();
        }
        const chunk = Buffer.from(piece.subarray(offset, offset + take));
        if (changed) for (let index = 0; index < chunk.length; index++) chunk[index] = (chunk[index] ?? 0) ^ 1;
        if (response.destroyed) return;
        const flushed = response.write(chunk);
        entry.sent += take;
        offset += take;
        if (!flushed) await Promise.race([new Promise((resolve) => response.once("drain", resolve)), closed]);
      }
    }
    response.end();
  }

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
    const entry = record("hub", request, place);
    if (!keepsOut(place, "hub")) allowOrigin(request, response);
    response.setHeader("X-Request-Id", `Root=1-${requests.length}`);
    const status = faults.take(place, "status", ({ at }) => at !== "cdn");
    if (status) return answerStatus(response, entry, status);

    const repository = repositories.get(`${owner}/${name}`);
    const token = /^Bearer (.+)$/.exec(entry.authorization ?? "")?.[1] ?? null;
    const reader = token !== null && (repository?.model.readers ?? []).includes(token);
    if (!repository || (repository.model.hidden && !reader)) {
      // The hub does not tell strangers which repositories exist.
      if (token === null) return answerError(response, entry, 401, "RepoNotFound", "Invalid username or password.");
      return answerError(response, entry, 404, "RepoNotFound", "Repository not found");
    }
    const commit = repository.commits.get(wanted) ?? repository.revisions.get(wanted === "HEAD" ? "main" : wanted);
    if (!commit) return answerError(response, entry, 404, "RevisionNotFound", `Invalid rev id: ${wanted}`);
    if (api) return answerApi(request, response, entry, repository, commit, action, path, url);

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
      return answerFile(request, response, entry, path, file, file.oid);
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

  /** Answers with JSON, of which a fault may cut off the end. */
  async function answerWhole(response: ServerResponse, entry: HubRequest, value: unknown): Promise<void> {
    const cut = faults.take(entry.place, "cut");
    if (cut === null) return answerJson(response, entry, value);
    const bytes = Buffer.from(JSON.stringify(value));
    entry.status = 200;
    entry.sent = Math.min(cut.after, bytes.length - 1);
    response.writeHead(200, { "Content-Type": "application/json; charset=utf-8", "Content-Length": bytes.length });
    await new Promise<void>((resolve) => response.write(bytes.subarray(0, entry.sent), () => resolve()));
    response.destroy();
  }

  async function answerApi(
    request: IncomingMessage,
    response: ServerResponse,
    entry: HubRequest,
    { model }: Repository,
    { id, files }: Commit,
    action: string,
    path: string,
    url: URL,
  ): Promise<void> {
    if (action === "" || action === "revision") {
      const siblings = [...files.keys()].map((rfilename) => ({ rfilename }));
      return answerWhole(response, entry, {
        _id: id.slice(0, 24),
        id: model.repository,
        sha: id,
        private: model.hidden ?? false,
        gated: model.gated ? "manual" : false,
        downloads: 0,
        likes: 0,
        lastModified: "2025-01-01T00:00:00.000Z",
        siblings,
      });
    }
    const items = [...files].map(([path, file]) => itemOf(path, file, options.xet ?? false));
    if (action === "paths-info") {
      const asked = JSON.parse(await bodyOf(request)) as { paths: string[] };
      const found = items.filter((item) => asked.paths.includes(item.path));
      return answerWhole(response, entry, found);
    }
    const inside = items.filter((item) => path === "" || item.path.startsWith(`${path}/`));
    const size = options.pageSize ?? 1000;
    const start = Number(url.searchParams.get("cursor") ?? 0);
    if (start + size < inside.length) {
      const next = new URL(url.pathname + url.search, hubUrl);
      next.searchParams.set("cursor", String(start + size));
      response.setHeader("Link", `<${next.href}>; rel="next"`);
    }
    return answerWhole(response, entry, inside.slice(start, start + size));
  }

  async function answerCdn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://cdn");
    const place = url.searchParams.get("path") ?? "";
    if (!keepsOut(place, "cdn")) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Access-Control-Expose-Headers", "Accept-Ranges, Content-Range, ETag");
    }
    if (request.method === "OPTIONS") return void response.writeHead(403).end();
    const entry = record("cdn", request, place);
    const status = faults.take(place, "status", ({ at }) => at === "cdn");
    if (status) return answerStatus(response, entry, status);
    const sha256 = url.pathname.split("/").at(-1) ?? "";
    const found = large.get(sha256);
    if (!found) return finish(response, entry, 403);
    return answerFile(request, response, entry, place, found.file, sha256);
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
      const commit = known(repository).revisions.get(revision);
      if (!commit) throw new Error(`The test hub has no ${revision} of ${repository}.`);
      return commit.id;
    },
    push: (repository, revision, files) => push(known(repository), revision, files),
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

async function servedFiles(content: HubFiles): Promise<Map<string, ServedFile>> {
  if (typeof content === "string") return filesOfFolder(content);
  const encoder = new TextEncoder();
  return new Map(
    [...content].map(([path, data]) => [path, fileOfBytes(typeof data === "string" ? encoder.encode(data) : data)]),
  );
}

/** The text that git keeps in place of a large file. */
function pointerOf(sha256: string, size: number): Uint8Array {
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
  return new TextEncoder().encode(text);
}

function itemOf(path: string, { oid, sha256, size }: HubFile, xet: boolean) {
  const item = { type: "file", oid, size, path };
  if (sha256 === null) return item;
  const pointerSize = pointerOf(sha256, size).length;
  return { ...item, lfs: { oid: sha256, size, pointerSize }, ...(xet ? { xetHash: sha256 } : {}) };
}

/** Reads a file as if it had another length: cut off, or filled up with zeros. */
function resized(file: ServedFile): ServedFile["read"] {
  return async function* (from, to) {
    if (from < file.size) yield* file.read(from, Math.min(to, file.size));
    if (to > file.size) yield new Uint8Array(to - Math.max(from, file.size));
  };
}
