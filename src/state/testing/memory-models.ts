/** Stored models in memory, with the number of times that each function was called. */
import { PivotscopeError } from "../../core/errors.ts";
import type { ModelStore, StoredModel } from "../environment.ts";

export interface MemoryModels extends ModelStore {
  /** What is kept; tests may put models in. */
  models: readonly StoredModel[];
  /** Whether the browser agrees to keep them. */
  agrees: boolean;
  /** From now on every call rejects with this error; null mends it. */
  failWith(error: PivotscopeError | null): void;
}

export function storedModel(repository: string, change: Partial<StoredModel> = {}): StoredModel {
  return {
    id: repository,
    repository,
    version: "0".repeat(40),
    hubUrl: null,
    bytes: 1000,
    complete: true,
    lastUsed: null,
    ...change,
  };
}

export function createMemoryModels(): MemoryModels {
  let failure: PivotscopeError | null = null;
  let persisted = false;
  const check = () => {
    if (failure) throw failure;
  };
  const store: MemoryModels = {
    models: [],
    agrees: true,
    failWith(error) {
      failure = error;
    },
    async list() {
      check();
      return store.models;
    },
    async remove({ id }) {
      check();
      if (!store.models.some((model) => model.id === id)) throw new PivotscopeError("not-found", `${id} is not kept.`);
      store.models = store.models.filter((model) => model.id !== id);
    },
    async clear() {
      check();
      store.models = [];
    },
    async use() {
      check();
      return { usedBytes: store.models.reduce((sum, { bytes }) => sum + bytes, 0), quotaBytes: 1e9, persisted };
    },
    async persist() {
      check();
      persisted = store.agrees;
      return persisted;
    },
  };
  return store;
}
