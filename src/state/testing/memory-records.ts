/** Records in memory; what goes in is cloned, as a browser's storage does. */
import type { RecordStore } from "../environment.ts";

export interface MemoryRecords extends RecordStore {
  readonly lists: ReadonlyMap<string, readonly unknown[]>;
  /** From now on every call rejects with this error; null mends it. */
  failWith(error: Error | null): void;
}

export function createMemoryRecords(): MemoryRecords {
  const lists = new Map<string, unknown[]>();
  const last = new Map<string, Promise<void>>();
  let failure: Error | null = null;
  const check = () => {
    if (failure) throw failure;
  };
  return {
    lists,
    failWith(error) {
      failure = error;
    },
    async read(key) {
      check();
      return structuredClone(lists.get(key) ?? []);
    },
    async keys() {
      check();
      return [...lists.keys()];
    },
    async append(key, record) {
      check();
      lists.set(key, [...(lists.get(key) ?? []), structuredClone(record)]);
    },
    async replace(key, record) {
      check();
      lists.set(key, [structuredClone(record)]);
    },
    async remove(key) {
      check();
      lists.delete(key);
    },
    alone(key, work) {
      const done = (last.get(key) ?? Promise.resolve()).then(work);
      last.set(
        key,
        done.catch(() => {}),
      );
      return done;
    },
  };
}
