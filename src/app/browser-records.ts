/** Lists of records in IndexedDB: one object store, an index over the lists' keys. */
import type { RecordStore } from "../state/environment.ts";

const DATABASE = "pivotscope";
const STORE = "records";
const BY_LIST = "list";

interface Entry {
  readonly list: string;
  readonly record: unknown;
}

export function createBrowserRecords(): RecordStore {
  let opening: Promise<IDBDatabase> | null = null;

  function database(): Promise<IDBDatabase> {
    opening ??= open();
    // A refusal may be over the next time, for instance once another tab with an older page has been closed.
    opening.catch(() => {
      opening = null;
    });
    return opening;
  }

  function open(): Promise<IDBDatabase> {
    // Without permission some browsers throw here, others fail the request.
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { autoIncrement: true }).createIndex(BY_LIST, "list");
    };
    return new Promise((resolve, reject) => {
      request.onsuccess = () => {
        const { result } = request;
        const forget = () => {
          opening = null;
        };
        result.onclose = forget;
        result.onversionchange = () => {
          result.close();
          forget();
        };
        resolve(result);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("another tab holds it open"));
    });
  }

  async function transact<Result>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<Result>,
  ): Promise<Result> {
    const transaction = (await database()).transaction(STORE, mode);
    return new Promise((resolve, reject) => {
      const request = work(transaction.objectStore(STORE));
      // A full disk fails the transaction after its requests have succeeded.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("the browser gave the write up"));
      transaction.onerror = () => reject(transaction.error);
    });
  }

  return {
    async read(key) {
      const entries = await transact<Entry[]>("readonly", (store) => store.index(BY_LIST).getAll(key));
      return entries.map((entry) => entry.record);
    },
    async keys() {
      const found: string[] = [];
      await transact("readonly", (store) => {
        const request = store.index(BY_LIST).openKeyCursor(null, "nextunique");
        request.onsuccess = () => {
          const { result: cursor } = request;
          if (cursor) found.push(String(cursor.key));
          cursor?.continue();
        };
        return request;
      });
      return found;
    },
    async append(key, record) {
      const entry: Entry = { list: key, record };
      await transact("readwrite", (store) => store.add(entry));
    },
    async replace(key, record) {
      const entry: Entry = { list: key, record };
      await transact("readwrite", (store) => {
        const request = store.index(BY_LIST).getAllKeys(key);
        request.onsuccess = () => {
          for (const old of request.result) store.delete(old);
          store.add(entry);
        };
        return request;
      });
    },
    async remove(key) {
      await transact("readwrite", (store) => {
        const request = store.index(BY_LIST).getAllKeys(key);
        request.onsuccess = () => {
          for (const entry of request.result) store.delete(entry);
        };
        return request;
      });
    },
    async alone(key, work) {
      // Missing on pages that were served over plain HTTP.
      const locks: LockManager | undefined = navigator.locks;
      await (locks ? locks.request(`${DATABASE} ${key}`, work) : work());
    },
  };
}
