/** Models that this browser keeps, for the store. What reads them is loaded when somebody looks. */
import { onDemand } from "../core/on-demand.ts";
import { DEFAULT_HUB } from "../models/hub/default-hub.ts";
import type { ModelStore } from "../state/environment.ts";

const load = onDemand(() => import("../models/cache/browser-cache.ts"));

export function createBrowserModels(): ModelStore {
  return {
    async list() {
      const models = await (await load()).listCachedModels();
      return models.map(({ id, repository, commit, hubUrl, bytes, lastUsed, unfinished }) => ({
        id,
        repository,
        version: commit,
        hubUrl: hubUrl === DEFAULT_HUB ? null : hubUrl,
        bytes,
        complete: unfinished.length === 0,
        lastUsed,
      }));
    },
    remove: async ({ id }) => (await load()).removeCachedModel(id),
    clear: async () => (await load()).clearModelCache(),
    use: async () => (await load()).cacheUsage(),
    persist: async () => (await load()).askToKeepModels(),
  };
}
