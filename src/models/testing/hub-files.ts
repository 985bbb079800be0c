/** How the test hub and its CDN send a file: ranges, and the faults that a body can have. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { finish } from "./hub-answers.ts";
import type { FaultBoard, GateControl } from "./hub-faults.ts";
import type { HubFile } from "./hub-repositories.ts";
import type { HubRequest } from "./hub-requests.ts";
import type { ServedFile } from "./served-file.ts";

const CHUNK_BYTES = 64 * 1024;

/** What may happen to bodies on their way. */
export interface Disturbances {
  readonly faults: FaultBoard;
  readonly gates: ReadonlyMap<string, GateControl>;
}

export async function answerFile(
  { faults, gates }: Disturbances,
  request: IncomingMessage,
  response: ServerResponse,
  entry: HubRequest,
  path: string,
  stored: HubFile,
  etag: string,
): Promise<void> {
  const length = faults.take(path, "length")?.bytes;
  const alter = alteration(faults, path);
  const endless = faults.take(path, "endless") !== null;
  const unannounced = endless || faults.take(path, "unannounced") !== null;
  const file = length === undefined ? stored : { ...stored, size: length, read: resized(stored) };
  response.setHeader("ETag", `"${etag}"`);
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Content-Type", path.endsWith(".json") ? "application/json" : "application/octet-stream");
  const ignored = unannounced || faults.take(path, "ignore-range") !== null;
  const asked = ignored ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
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
  response.writeHead(entry.status, unannounced ? {} : { "Content-Length": to - from });
  if (request.method === "HEAD") return void response.end();
  const stall = faults.take(path, "stall");
  const last = stall?.after ?? faults.take(path, "cut")?.after ?? Number.POSITIVE_INFINITY;
  const gate = gates.get(path);
  const closed = new Promise<void>((resolve) => response.on("close", resolve));
  for await (const piece of endless ? withZeros(file.read(from, to)) : file.read(from, to)) {
    for (let offset = 0; offset < piece.length; ) {
      let take = Math.min(CHUNK_BYTES, piece.length - offset, last - entry.sent);
      if (take > 0 && gate) take = await gate.take(take, closed);
      if (take <= 0) {
        // What was written must leave before the line breaks, or a test would not know how much came.
        if (!response.destroyed) await new Promise<void>((resolve) => response.write("", () => resolve()));
        if (stall) return closed;
        return void request.socket.destroy();
      }
      const chunk = Buffer.from(piece.subarray(offset, offset + take));
      alter(chunk, from + entry.sent);
      if (response.destroyed) return;
      const flushed = response.write(chunk);
      entry.sent += take;
      offset += take;
      if (!flushed) await Promise.race([new Promise((resolve) => response.once("drain", resolve)), closed]);
    }
  }
  response.end();
}

/** What happens to bytes on their way that start at `position` of the file. */
function alteration(faults: FaultBoard, path: string): (chunk: Uint8Array, position: number) => void {
  const all = faults.take(path, "changed") !== null;
  const { byte = -1 } = faults.take(path, "flip") ?? {};
  const flip = (chunk: Uint8Array, index: number) => {
    if (index >= 0 && index < chunk.length) chunk[index] = (chunk[index] ?? 0) ^ 1;
  };
  return (chunk, position) => {
    for (let index = 0; all && index < chunk.length; index++) flip(chunk, index);
    flip(chunk, byte - position);
  };
}

async function* withZeros(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
  for (;;) yield new Uint8Array(CHUNK_BYTES);
}

/** Reads a file as if it had another length: cut off, or filled up with zeros. */
function resized(file: ServedFile): ServedFile["read"] {
  return async function* (from, to) {
    if (from < file.size) yield* file.read(from, Math.min(to, file.size));
    if (to > file.size) yield new Uint8Array(to - Math.max(from, file.size));
  };
}
