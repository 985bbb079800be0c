/**
 * A file behind an HTTP address as a stream: any part of it, taken up again where the connection broke.
 *
 * A part is asked for with a Range header. Servers that do not know Range answer 200 with the whole file; then the bytes
 * before the part are skipped and those after it left alone.
 */

import { PivotscopeError, reasonOf, throwIfCancelled } from "../core/errors.ts";
import { wait } from "../core/wait.ts";
import { plural } from "../core/words.ts";
import type { OpenFile, OpenFileOptions } from "./source.ts";
import { systemTimer, type Timer, unlessStalled } from "./stall.ts";

export interface AddressStreamOptions extends OpenFileOptions {
  /** Sends the request and turns every answer but 200, 206 and 416 into a PivotscopeError. */
  readonly request: (headers: Readonly<Record<string, string>>) => Promise<Response>;
  /** Milliseconds before the first new try after a break; each further one waits twice as long. 500 when absent. */
  readonly retryDelay?: number;
  /** The system's when absent. */
  readonly timer?: Timer;
}

/** Breaks in a row after which the file is given up. One is in a row with the next when less than this came between. */
const TRIES = 5;
const PROGRESS_BYTES = 1024 * 1024;

/** An answer whose body starts at byte `begin` of the file. */
interface Answer {
  readonly response: Response;
  readonly begin: number;
  /** Byte of the file after the body's last; null when the server does not say. */
  readonly end: number | null;
  /** Bytes of the whole file. */
  readonly size: number | null;
  /** Changes when the file does; null when the server does not say. */
  readonly version: string | null;
}

/** @throws PivotscopeError `network` or `not-found`; the stream fails with `network` or `cancelled`. */
export async function openAddressStream(address: string, options: AddressStreamOptions): Promise<OpenFile> {
  const { from = 0, to, signal } = options;
  if (to !== undefined && to <= from) return { size: null, stream: emptyStream(), origin: "network" };
  const first = await ask(address, options, from);
  const { size } = first;
  if (first.response.status === 416) {
    await discard(first.response);
    return { size, stream: emptyStream(), origin: "network" };
  }
  const end = size === null ? (to ?? null) : Math.min(to ?? size, size);
  const source = resumingReader(address, options, first, end);
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const chunk = await source.next();
        if (chunk !== null) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: () => source.cancel(),
    },
    { highWaterMark: 0 },
  );
  throwIfCancelled(signal);
  return { size, stream, origin: "network" };
}

/** Gives the bytes from `first.begin` (or the asked one) up to `end`, one chunk at a time, null at the end. */
function resumingReader(address: string, options: AddressStreamOptions, first: Answer, end: number | null) {
  const { from = 0, signal, timer = systemTimer } = options;
  let answer = first;
  let body = readerOf(answer);
  /** Place in the file of the next byte of the body, and of the next byte that is wanted. */
  let place = answer.begin;
  let position = from;
  let failures = 0;
  let progress = 0;
  const stop = () => void body.cancel().catch(() => undefined);

  /** Opens the rest of the file after a break for `reason`, which is thrown where that cannot be done. */
  async function resume(reason: PivotscopeError): Promise<void> {
    let next: Answer | null = null;
    while (next === null) {
      failures += 1;
      if (failures >= TRIES) throw reason;
      await wait((options.retryDelay ?? 500) * 2 ** (failures - 1), signal);
      next = await ask(address, options, position).catch((error: unknown) => {
        if (error instanceof PivotscopeError && error.code === "network") return null;
        throw error;
      });
    }
    if (next.response.status !== 206 || changed(first, next)) {
      await discard(next.response);
      throw changed(first, next) ? changedMeanwhile(address) : reason;
    }
    answer = next;
    body = readerOf(next);
    place = next.begin;
    progress = 0;
  }

  async function next(): Promise<Uint8Array<ArrayBuffer> | null> {
    for (;;) {
      if (end !== null && position >= end) {
        await body.cancel().catch(() => undefined);
        return null;
      }
      let part: Awaited<ReturnType<typeof body.read>>;
      try {
        throwIfCancelled(signal);
        part = await unlessStalled(body.read(), timer, stop);
      } catch (error) {
        const failure = asNetworkError(error, address, signal);
        if (failure.code === "cancelled") throw failure;
        await resume(failure);
        continue;
      }
      if (part.done) {
        // Where the size is not known, the wanted part may end with the file.
        const missing = first.size === null ? answer.end : end;
        if (missing === null || position >= missing) return null;
        await resume(brokenOff(address, position, missing));
        continue;
      }
      const begin = place;
      place += part.value.length;
      if (end === null && answer.end !== null && place > answer.end) throw tooLong(address, answer.end);
      if (place <= position) continue;
      const chunk = part.value.subarray(position - begin, end === null ? undefined : Math.max(0, end - begin));
      position += chunk.length;
      progress += chunk.length;
      if (progress >= PROGRESS_BYTES) failures = 0;
      return chunk;
    }
  }

  return { next, cancel: () => body.cancel().catch(() => undefined) };
}

/** Asks for the bytes from `position` to the end of the wanted part. */
async function ask(address: string, { to, request, signal }: AddressStreamOptions, position: number): Promise<Answer> {
  throwIfCancelled(signal);
  const ranged = position > 0 || to !== undefined;
  const response = await request(ranged ? { range: `bytes=${position}-${to === undefined ? "" : to - 1}` } : {});
  const { headers, status } = response;
  // A server that packs some answers and not others marks the packed ones as weak.
  const version = headers.get("etag")?.replace(/^W\//, "") ?? headers.get("last-modified");
  const begins = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  const stated = statedSize(response);
  const length = announcedLength(response, ranged);
  if (status === 416) return { response, begin: position, end: position, size: stated, version };
  if (status !== 206) return { response, begin: 0, end: length, size: length, version };
  if (headers.has("content-encoding") && headers.get("content-encoding") !== "identity") {
    await discard(response);
    throw badRange(address, `in the encoding ${headers.get("content-encoding")}`);
  }
  const begin = begins === undefined ? position : Number(begins);
  if (begin !== position) {
    await discard(response);
    throw badRange(address, `from byte ${begin}; asked was byte ${position}`);
  }
  // Pages of another origin may not see Content-Range; the length they always see.
  const end = length === null ? null : begin + length;
  return { response, begin, end, size: stated ?? (to === undefined ? end : null), version };
}

function changed(first: Answer, next: Answer): boolean {
  if (first.size !== null && next.size !== null && first.size !== next.size) return true;
  return first.version !== null && next.version !== null && first.version !== next.version;
}

/** Bytes of the whole file as an answer about a part of it says; null where it does not, or the page may not see it. */
export function statedSize(response: Response): number | null {
  const size = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  return size === undefined ? null : Number(size);
}

/**
 * Bytes of the decoded body, or null when that is not known: with a content encoding, the length counts packed bytes.
 *
 * @param ranged whether a range was asked for. Browsers ask for it unpacked (Fetch, "HTTP-network-or-cache fetch"); in
 *   other answers of another origin, a page sees the length and not whether it counts packed bytes.
 */
export function announcedLength(response: Response, ranged: boolean): number | null {
  if (response.type === "cors" && !ranged && !response.headers.has("content-encoding")) return null;
  const encoding = response.headers.get("content-encoding") ?? "identity";
  const length = response.headers.get("content-length");
  if (encoding !== "identity" || length === null || !/^\d+$/.test(length)) return null;
  return Number(length);
}

export function asNetworkError(error: unknown, address: string, signal: AbortSignal | undefined): PivotscopeError {
  if (error instanceof PivotscopeError) return error;
  if (signal?.aborted) return new PivotscopeError("cancelled", "Cancelled.", "", { cause: error });
  const reason = reasonOf(error);
  return new PivotscopeError(
    "network",
    `${address} could not be read: ${reason}.`,
    "Check the connection, and that the server allows this page to read it (CORS).",
    { cause: error },
  );
}

export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

function readerOf(answer: Answer): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  return (answer.response.body ?? emptyStream()).getReader();
}

function emptyStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

function brokenOff(address: string, position: number, end: number): PivotscopeError {
  return new PivotscopeError(
    "network",
    `${address} ended after ${position} of ${end} bytes.`,
    "Try again; the connection broke off or the file changed while it was read.",
  );
}

function tooLong(address: string, end: number): PivotscopeError {
  return new PivotscopeError(
    "network",
    `${address} sent more than the ${plural(end, "byte")} that it announced.`,
    "Try again; the file may have changed while it was read.",
  );
}

function changedMeanwhile(address: string): PivotscopeError {
  return new PivotscopeError("network", `${address} changed while it was read.`, "Start again.");
}

function badRange(address: string, what: string): PivotscopeError {
  return new PivotscopeError(
    "network",
    `${address} answered a request for a part of the file ${what}.`,
    "Download the folder and open its files instead.",
  );
}
