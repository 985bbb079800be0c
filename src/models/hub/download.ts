/**
 * The bytes of one file of a hub from a place on, whatever happens on the way: a broken connection is taken up where it
 * broke, a server that is busy is asked again. The file's size is known beforehand and every answer is held against it.
 */

import { PivotscopeError, reasonOf, throwIfCancelled } from "../../core/errors.ts";
import { plural } from "../../core/words.ts";
import { unlessStalled } from "../stall.ts";
import { askHub, type HubSettings } from "./request.ts";
import { createRetries, LONG_WAITS, PassingFailure } from "./retry.ts";

export interface DownloadRange {
  readonly url: string;
  /** Path in the repository, for messages. */
  readonly path: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly from: number;
  /** Byte after the last that is wanted. */
  readonly to: number;
  readonly signal?: AbortSignal | undefined;
}

export interface DownloadedPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether the answer said how long it is. One that did not may end anywhere, and whatever answered be no store of files. */
  readonly announced: boolean;
}

/** The file that comes has another size than the listing says: one of both is wrong. */
export class OtherSizeError extends PivotscopeError {}

/** Bytes that must come before a break counts as the first in a row again. */
const PROGRESS_BYTES = 1024 * 1024;

/**
 * @throws PivotscopeError `network` when the tries are used up; OtherSizeError; what `askHub` throws.
 */
export async function* download(hub: HubSettings, range: DownloadRange): AsyncGenerator<DownloadedPart, void> {
  const { url, path, to, signal } = range;
  const retries = createRetries(LONG_WAITS, hub.clock, signal);
  let position = range.from;
  let sinceBreak = 0;
  while (position < to) {
    let body: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null = null;
    try {
      // Always a range, also for the whole file: answers to it are never compressed on the way, so lengths are known.
      const headers = { range: `bytes=${position}-${to - 1}` };
      const response = await askHub(hub, url, { headers, path, signal });
      const { begin, announced } = await placeOf(response, range, position);
      let skip = position - begin;
      body = response.body?.getReader() ?? null;
      while (position < to) {
        const part = body === null ? null : await readPart(hub, body, path, signal);
        if (part === null) throw broken(path, `after ${position} of ${range.size} bytes`);
        const chunk = part.subarray(skip, skip + to - position);
        skip = Math.max(0, skip - part.length);
        if (chunk.length === 0) continue;
        position += chunk.length;
        sinceBreak += chunk.length;
        if (sinceBreak >= PROGRESS_BYTES) {
          retries.progress();
          sinceBreak = 0;
        }
        yield { bytes: chunk, announced };
      }
    } catch (error) {
      sinceBreak = 0;
      await retries.again(error);
    } finally {
      await body?.cancel().catch(() => undefined);
    }
  }
}

/** The next bytes of a body, null at its end. */
async function readPart(
  { clock }: HubSettings,
  body: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const part = await unlessStalled(body.read(), clock, () => void body.cancel().catch(() => undefined));
    return part.done ? null : part.value;
  } catch (error) {
    throwIfCancelled(signal);
    throw broken(path, `(${reasonOf(error)})`, error);
  }
}

/**
 * The file's byte that an answer's body begins with, and whether the answer says its length.
 * @throws PivotscopeError `network` when the answer is about another file or another part.
 */
async function placeOf(response: Response, { path, size }: DownloadRange, position: number) {
  const { status, headers } = response;
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  // Content-Length counts packed bytes when the answer is compressed.
  const length = headers.has("content-encoding") ? null : headers.get("content-length");
  const found = range ? Number(range[2]) : status === 200 && length !== null ? Number(length) : size;
  const begin = range?.[1] === undefined ? position : Number(range[1]);
  if (found === size && status !== 416 && (status !== 206 || begin === position)) {
    return { begin: status === 200 ? 0 : position, announced: range !== null || length !== null };
  }
  await response.body?.cancel().catch(() => undefined);
  const what =
    found === size ? "another part of the file than the one that was asked for" : `a file of ${plural(found, "byte")}`;
  throw new OtherSizeError(
    "network",
    `${path}: ${what} came; the hub's listing says ${plural(size, "byte")}.`,
    "Try again later; something between this device and the hub does not pass its files on as they are.",
  );
}

function broken(path: string, where: string, cause?: unknown): PassingFailure {
  return new PassingFailure(
    new PivotscopeError("network", `${path}: the connection broke ${where}.`, "Try again.", { cause }),
  );
}
