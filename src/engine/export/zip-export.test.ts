/** An export's zip file: whole, or not there. */
import { describe, expect, it } from "vitest";
import { type ExportedFile, fileOf } from "../../models/export/contract.ts";
import { readZip } from "../../models/zip-file.ts";
import type { ExportProgress } from "../contract.ts";
import { createChosenSink, createKeptSink, type Sink } from "./sink.ts";
import { writeExport } from "./zip-export.ts";

const DATE = new Date(Date.UTC(2026, 0, 2));
const LARGE = 9 * 1024 * 1024;

/** Counts up, in pieces whose memory is used again. */
function counting(path: string, bytes: number, given = bytes): ExportedFile {
  return {
    path,
    bytes,
    async *stream() {
      const piece = new Uint8Array(1_000_003);
      for (let at = 0; at < given; at += piece.length) {
        const part = piece.subarray(0, Math.min(piece.length, given - at));
        part.forEach((_, index) => {
          part[index] = (at + index) % 251;
        });
        yield part;
      }
    },
  };
}

// biome-ignore lint/correctness/useYield: it fails before its first piece
async function* unreadable(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  throw new Error("The weights are gone.");
}

const request = (files: readonly ExportedFile[], signal?: AbortSignal) => {
  const told: ExportProgress[] = [];
  return { told, files, name: "small", date: DATE, onProgress: (one: ExportProgress) => told.push(one), signal };
};

/** What the browser's file does as far as its standard says. */
function fakeHandle(room = Number.POSITIVE_INFINITY) {
  const log: string[] = [];
  let held = 0;
  const stream = {
    async write(piece: Uint8Array) {
      held += piece.length;
      if (held > room) throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
    },
    async close() {
      log.push("closed");
    },
    async abort() {
      log.push("aborted");
    },
  };
  const handle = {
    name: "small.zip",
    createWritable: async () => stream,
    // The browser writes beside it; choosing it has made it.
    getFile: async () => ({ size: 0 }),
    remove: async () => void log.push("removed"),
  };
  return { log, handle: handle as unknown as FileSystemFileHandle, held: () => held };
}

describe("an export's zip file", () => {
  it("holds every byte of its files, and says how far it is", async () => {
    const { told, ...asked } = request([fileOf("config.json", "{}"), counting("model/weights.bin", LARGE)]);
    const { bytes, file } = await writeExport(await createKeptSink("small"), asked);
    const packed = new Uint8Array(await (file as Blob).arrayBuffer());
    expect(packed.length).toBe(bytes);
    const found = readZip(packed, "small.zip", { entries: 2, bytes: LARGE + 2 });
    expect([...found.keys()]).toEqual(["small/config.json", "small/model/weights.bin"]);
    const weights = found.get("small/model/weights.bin") ?? new Uint8Array();
    expect(weights.length).toBe(LARGE);
    expect(weights.findIndex((byte, at) => byte !== at % 251)).toBe(-1);
    expect(told.at(-1)).toEqual({ stage: "writing", done: LARGE + 2, total: LARGE + 2, item: "model/weights.bin" });
  });

  it("is closed at the end, and only then", async () => {
    const { log, handle, held } = fakeHandle();
    const { bytes, file } = await writeExport(await createChosenSink(handle), request([counting("a", 1000)]));
    expect([log, file, held()]).toEqual([["closed"], null, bytes]);
  });

  it.each<[string, () => Parameters<typeof writeExport>[1], string]>([
    ["a full disk", () => request([counting("a", LARGE)]), "there is no room left"],
    [
      "a file that came short",
      () => request([counting("a", 1000, 900)]),
      "a came to 900 bytes and was announced with 1000",
    ],
    ["a cancel", () => request([counting("a", LARGE)], AbortSignal.abort()), "Cancelled"],
    [
      "weights that cannot be read",
      () => request([{ ...counting("a", 3), stream: () => unreadable() }]),
      "The weights are gone.",
    ],
  ])("is given up after %s", async (_, asked, message) => {
    const { log, handle } = fakeHandle(5_000_000);
    await expect(writeExport(await createChosenSink(handle), asked())).rejects.toThrow(message);
    expect(log).toEqual(["aborted", "removed"]);
  });

  it("says so where the place is no longer to be written to", async () => {
    const refused = Object.assign(new Error("no"), { name: "NotAllowedError" });
    const handle = { name: "small.zip", createWritable: () => Promise.reject(refused) };
    await expect(createChosenSink(handle as unknown as FileSystemFileHandle)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("no longer allows it"),
    });
    const closing: Sink = {
      write: async () => {},
      close: () => Promise.reject(refused),
      abandon: async () => {},
    };
    await expect(writeExport(closing, request([fileOf("a", "b")]))).rejects.toBe(refused);
  });
});
