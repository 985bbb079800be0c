/**
 * What calibrations have summed so far, kept in this browser so that a lost device, a dead worker or a reload goes on from
 * there. One record for each calibration, in the place of the one before it; only the latest few calibrations have one.
 */
import { reasonOf } from "../../core/errors.ts";
import type { CalibrationRecord } from "../../engine/contract.ts";
import type { RecordStore } from "../environment.ts";
import { createLatestRecords } from "./latest-records.ts";

/** Calibrations that were left unfinished and are kept: a record of a large model takes megabytes. */
const KEPT = 4;

export interface KeptCalibrations {
  /** What is kept under `key`, as it was found there; null where there is nothing, or where the browser refuses. */
  read(key: string): Promise<unknown>;
  /** Keeps what is summed in place of what was. Returns at once: of records that come faster than they are written, the last one is. */
  note(key: string, record: CalibrationRecord): void;
  /** Forgets what is kept under `key`, once what is under way has been written. */
  forget(key: string): Promise<void>;
}

const listOf = (records: RecordStore) =>
  createLatestRecords(records, { index: "calibrations", kind: "calibration", most: KEPT });

/** The keys of the calibrations that were left unfinished, the latest first. Rejects where the browser refuses. */
export const unfinishedKeys = (records: RecordStore): Promise<readonly string[]> => listOf(records).keys();

/** @param onRefusal told in a sentence why the browser does not keep them; null: it does. */
export function createKeptCalibrations(
  records: RecordStore,
  onRefusal: (sentence: string | null) => void,
): KeptCalibrations {
  /** Where the browser keeps nothing, a lost device can still be gone on after. */
  const latest = new Map<string, CalibrationRecord>();
  const waiting = new Map<string, CalibrationRecord>();
  const list = listOf(records);
  const listed = new Set<string>();
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    for (let [entry] = waiting; entry; [entry] = waiting) {
      const [key, record] = entry;
      waiting.delete(key);
      try {
        if (!listed.has(key)) await list.first(key);
        listed.add(key);
        await records.replace(list.placeOf(key), record);
        onRefusal(null);
      } catch (error) {
        onRefusal(refusal(error));
      }
    }
    writing = null;
  }

  return {
    async read(key) {
      const known = latest.get(key);
      if (known) return known;
      try {
        const [found] = await records.read(list.placeOf(key));
        return found ?? null;
      } catch {
        // Said when there is something to keep.
        return null;
      }
    },
    note(key, record) {
      latest.delete(key);
      latest.set(key, record);
      for (const old of [...latest.keys()].slice(0, -KEPT)) latest.delete(old);
      waiting.set(key, record);
      writing ??= write();
    },
    async forget(key) {
      latest.delete(key);
      waiting.delete(key);
      await writing;
      listed.delete(key);
      try {
        await records.remove(list.placeOf(key));
        await list.out(key);
      } catch {
        // What cannot be removed is refused by the engine where it no longer fits, and replaced where it does.
      }
    },
  };
}

function refusal(error: unknown): string {
  const full = error instanceof Error && error.name === "QuotaExceededError";
  const reason = reasonOf(error);
  return full
    ? "This browser's storage is full: after a reload calibration starts anew."
    : `This browser keeps nothing (${reason}): after a reload calibration starts anew.`;
}
