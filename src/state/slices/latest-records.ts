/** A list in the browser's storage that names the latest few of something, each kept under a place of its own. */
import type { RecordStore } from "../environment.ts";

export interface LatestRecords {
  /** Where the record of `key` lies. */
  placeOf(key: string): string;
  /** The keys that are listed, the latest first. Rejects where the storage does. */
  keys(): Promise<readonly string[]>;
  /** Puts `key` first in the list, and removes what falls off its end. Rejects where the storage does. */
  first(key: string): Promise<void>;
  /** Takes `key` out of the list. Rejects where the storage does. */
  out(key: string): Promise<void>;
}

export interface LatestOptions {
  /** What the list is called in the storage. */
  readonly index: string;
  /** What a record is called there: this, a blank, and its key. */
  readonly kind: string;
  readonly most: number;
}

export function createLatestRecords(records: RecordStore, { index, kind, most }: LatestOptions): LatestRecords {
  const placeOf = (key: string) => `${kind} ${key}`;

  async function keys(): Promise<readonly string[]> {
    const [found] = await records.read(index);
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  }

  async function list(key: string, change: "first" | "out"): Promise<void> {
    await records.alone(index, async () => {
      const others = (await keys()).filter((one) => one !== key);
      const listed = change === "first" ? [key, ...others] : others;
      await records.replace(index, listed.slice(0, most));
      for (const old of listed.slice(most)) await records.remove(placeOf(old));
    });
  }

  return { placeOf, keys, first: (key) => list(key, "first"), out: (key) => list(key, "out") };
}
