/**
 * Statistics of finished calibrations, kept in this browser, so that a reload and a model that was open before need no
 * further calibration. Only the latest few are kept: those of a large model take tens of megabytes.
 */
import type { Statistics } from "../../core/statistics.ts";
import type { RecordStore } from "../environment.ts";
import { createLatestRecords } from "./latest-records.ts";

const KEPT = 3;

/** Of what statistics mean: to be raised whenever the same calibration would give other numbers. */
const VERSION = 1;

export interface FinishedCalibrations {
  /** What is kept under `key` (see `calibrationKey`), unchecked; null where there is nothing, or where the browser refuses. */
  read(key: string): Promise<Statistics | null>;
  /** Keeps statistics in place of what was there. Rejects where the browser refuses. */
  keep(key: string, statistics: Statistics): Promise<void>;
  /** The keys of those that are kept, the latest first. Rejects where the browser refuses. */
  keys(): Promise<readonly string[]>;
  /** Forgets one. Rejects where the browser refuses. */
  remove(key: string): Promise<void>;
}

export function createFinishedCalibrations(records: RecordStore): FinishedCalibrations {
  const list = createLatestRecords(records, { index: "finished calibrations", kind: "statistics", most: KEPT });
  return {
    async read(key) {
      try {
        const [found] = (await records.read(list.placeOf(key))) as readonly Partial<FinishedRecord>[];
        return found?.version === VERSION ? (found.statistics ?? null) : null;
      } catch {
        // The model is calibrated instead, and what cannot be kept then is said.
        return null;
      }
    },
    async keep(key, statistics) {
      const record: FinishedRecord = { version: VERSION, statistics };
      await list.first(key);
      await records.replace(list.placeOf(key), record);
    },
    keys: list.keys,
    async remove(key) {
      await records.remove(list.placeOf(key));
      await list.out(key);
    },
  };
}

interface FinishedRecord {
  readonly version: number;
  readonly statistics: Statistics;
}
