/** The test hub's calls: what a model is, and its files page by page or by name. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, bodyOf } from "./hub-answers.ts";
import type { FaultBoard } from "./hub-faults.ts";
import { type Commit, itemOf, type Repository } from "./hub-repositories.ts";
import type { HubRequest } from "./hub-requests.ts";

/** What a call asks about. */
export interface ApiCall {
  readonly repository: Repository;
  readonly commit: Commit;
  /** What follows the repository's name in the address: "", "revision", "tree" or "paths-info". */
  readonly action: string;
  /** A folder, or "" for all files. */
  readonly path: string;
  readonly url: URL;
}

export interface ApiOptions {
  readonly faults: FaultBoard;
  readonly hubUrl: string;
  /** Entries per page of a file list; 1000 when absent. */
  readonly pageSize?: number;
  /** Tell Xet hashes as well. */
  readonly xet?: boolean;
}

/** Answers with JSON, of which a fault may cut off the end or hold it back. */
async function answerWhole(
  faults: FaultBoard,
  response: ServerResponse,
  entry: HubRequest,
  value: unknown,
): Promise<void> {
  const stall = faults.take(entry.place, "stall");
  const end = stall ?? faults.take(entry.place, "cut");
  if (end === null) return answerJson(response, entry, value);
  const bytes = Buffer.from(JSON.stringify(value));
  entry.status = 200;
  entry.sent = Math.min(end.after, bytes.length - 1);
  response.writeHead(200, { "Content-Type": "application/json; charset=utf-8", "Content-Length": bytes.length });
  await new Promise<void>((resolve) => response.write(bytes.subarray(0, entry.sent), () => resolve()));
  if (stall === null) response.destroy();
}

export async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  entry: HubRequest,
  { repository: { model }, commit: { id, files }, action, path, url }: ApiCall,
  { faults, hubUrl, pageSize = 1000, xet = false }: ApiOptions,
): Promise<void> {
  if (action === "" || action === "revision") {
    const siblings = [...files.keys()].map((rfilename) => ({ rfilename }));
    return answerWhole(faults, response, entry, {
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
  const items = [...files].map(([path, file]) => {
    const size = faults.take(path, "listed")?.bytes ?? file.size;
    return itemOf(path, { ...file, size }, xet);
  });
  if (action === "paths-info") {
    const asked = JSON.parse(await bodyOf(request)) as { paths: string[] };
    const found = items.filter((item) => asked.paths.includes(item.path));
    return answerWhole(faults, response, entry, found);
  }
  const inside = items.filter((item) => path === "" || item.path.startsWith(`${path}/`));
  const start = Number(url.searchParams.get("cursor") ?? 0);
  if (start + pageSize < inside.length) {
    const next = new URL(url.pathname + url.search, hubUrl);
    next.searchParams.set("cursor", String(start + pageSize));
    response.setHeader("Link", `<${next.href}>; rel="next"`);
  }
  return answerWhole(faults, response, entry, inside.slice(start, start + pageSize));
}
