/** What a calibration has summed so far, in a file: float32 in base64 inside JSON, so that it goes on to the bit. */
import { rm } from "node:fs/promises";
import { PivotscopeError } from "../core/errors.ts";
import { fileSource, parseJson } from "../core/json/read.ts";
import { createRecord, identityOf, readRecord, sameSamples } from "../engine/calibrate/calibration-record.ts";
import type { CalibrationParameters, CalibrationRecord, RecordRefusal, SummedSoFar } from "../engine/contract.ts";
import type { PassSample } from "../engine/pass/batch.ts";
import type { Model } from "../engine/pass/model.ts";
import type { CommandContext } from "./context.ts";
import { openDestination } from "./destination.ts";
import { readTextIfThere } from "./files.ts";

export interface KeptSums {
  /**
   * Where a calibration of these samples can go on; null where nothing is kept.
   * @throws PivotscopeError `bad-input` for a file that belongs to something else, which would be overwritten.
   */
  from(model: Model, parameters: CalibrationParameters, samples: readonly PassSample[]): Promise<SummedSoFar | null>;
  /** Keeps what is summed. Returns at once; of what comes faster than it is written, the last is kept. */
  keep(done: SummedSoFar): void;
  /** Waits for what is being written. @throws PivotscopeError when it could not be. */
  written(): Promise<void>;
  /** The calibration is done: its file has served. */
  forget(): Promise<void>;
}

const DIFFERENCES: Readonly<Record<RecordRefusal, string>> = {
  damaged: "is no calibration that was kept, or a damaged one",
  version: "was kept by another version of this program",
  weights: "belongs to other weights",
  precision: "belongs to a model held in another precision",
  parameters: "was made with another window, batch size or other markers",
  samples: "was made on other samples",
};

/** @param path undefined where nothing is to be kept. */
export async function openKeptSums(
  path: string | undefined,
  context: CommandContext,
  inputs: readonly (string | undefined)[],
): Promise<KeptSums | null> {
  if (path === undefined) return null;
  const destination = await openDestination(path, context, { option: "keep", inputs });
  const text = await readTextIfThere(path);
  const found = text === null ? null : parseKept(text, path);
  let make: ((done: SummedSoFar) => CalibrationRecord) | null = null;
  let latest: SummedSoFar | null = null;
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    while (latest && make) {
      const record = make(latest);
      latest = null;
      await destination.write(serialiseKept(record));
    }
    writing = null;
  }

  return {
    async from(model, parameters, samples) {
      const identity = await identityOf(model, samples, parameters);
      make = (done) => createRecord(identity, samples, done);
      if (found === null) return null;
      const record = readRecord(found, model, parameters);
      const refused = typeof record === "string" ? record : sameSamples(record, identity) ? null : "samples";
      if (refused === null && typeof record === "object") return record.done;
      throw new PivotscopeError(
        "bad-input",
        `--keep ${path}: the file ${DIFFERENCES[refused ?? "damaged"]}.`,
        "Name another file, or remove this one to start anew.",
      );
    },
    keep(done) {
      latest = done;
      writing ??= write();
      // Told when it is waited for.
      writing.catch(() => undefined);
    },
    async written() {
      await writing;
    },
    async forget() {
      await rm(path, { force: true });
    },
  };
}

/** JSON of a record. */
export function serialiseKept(record: CalibrationRecord): string {
  const sums = Object.fromEntries(
    Object.entries(record.done.sums).map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      Buffer.from(buffer, byteOffset, byteLength).toString("base64"),
    ]),
  );
  return `${JSON.stringify({ ...record, done: { ...record.done, sums } })}\n`;
}

/** The other way round, of whatever the file holds; `readRecord` looks at it. */
export function parseKept(text: string, file: string): unknown {
  const found = parseJson(
    text,
    fileSource(file, { code: "bad-input", hint: "Name another file, or remove this one." }),
  );
  const record = found as { readonly done?: { readonly sums?: Readonly<Record<string, unknown>> } } | null;
  const sums = record?.done?.sums;
  if (!record || typeof sums !== "object" || sums === null) return found;
  const read = Object.entries(sums).map(([name, base64]) => [name, typeof base64 === "string" ? floats(base64) : null]);
  return { ...record, done: { ...record.done, sums: Object.fromEntries(read) } };
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, "base64");
  return new Float32Array(new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 4))).buffer);
}
