/** What is kept in this browser, models of hubs and results of experiments: which, how large, and putting them away. */
import type { Context } from "../../context.ts";
import type { StoredModel } from "../../environment.ts";
import { type Failure, failureOf } from "../../failure.ts";
import type { KeptResults } from "../experiments/kept-results.ts";
import type { StoredState } from "./model-stored-state.ts";

export interface StoredActions {
  /** Reads what there is. */
  refresh(): Promise<void>;
  remove(model: StoredModel): Promise<void>;
  clear(): Promise<void>;
  /** Asks the browser not to clear them by itself. */
  persist(): Promise<void>;
  /** Reads which results of experiments there are. */
  refreshResults(): Promise<void>;
  /** Forgets results; what the page shows of them stays until it is reloaded. */
  removeResults(keys: readonly string[]): Promise<void>;
}

export function createStoredActions(
  { environment, patch, get }: Context,
  loadResults: () => Promise<KeptResults>,
): StoredActions {
  const { models: store } = environment;
  let reading = 0;

  async function refresh(): Promise<void> {
    reading += 1;
    const mine = reading;
    try {
      const [models, use] = await Promise.all([store.list(), store.use()]);
      if (mine !== reading) return;
      const recent = [...models].sort((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0));
      patch("stored", { models: recent, use, failure: null });
    } catch (error) {
      if (mine === reading) patch("stored", { failure: failureOf(error) });
    }
  }

  /** Takes something away and reads what is left, whether that went well or not. */
  async function takeAway(removing: NonNullable<StoredState["removing"]>, work: () => Promise<void>): Promise<void> {
    if (get().stored.removing) return;
    patch("stored", { removing });
    let failure: Failure | null = null;
    try {
      await work();
    } catch (error) {
      failure = failureOf(error);
    }
    await refresh();
    patch("stored", { removing: null, ...(failure ? { failure } : {}) });
  }

  async function refreshResults(): Promise<void> {
    try {
      patch("stored", { results: await (await loadResults()).list(), resultsFailure: null });
    } catch (error) {
      patch("stored", { resultsFailure: failureOf(error) });
    }
  }

  return {
    refresh,
    refreshResults,
    async removeResults(keys) {
      if (get().stored.removingResults.length > 0) return;
      patch("stored", { removingResults: keys });
      let failure: Failure | null = null;
      try {
        await (await loadResults()).remove(keys);
      } catch (error) {
        failure = failureOf(error);
      }
      await refreshResults();
      patch("stored", { removingResults: [], ...(failure ? { resultsFailure: failure } : {}) });
    },
    remove: (model) => takeAway({ id: model.id }, () => store.remove(model)),
    clear: () => takeAway("all", () => store.clear()),
    async persist() {
      try {
        patch("stored", { refused: !(await store.persist()) });
        await refresh();
      } catch (error) {
        patch("stored", { failure: failureOf(error) });
      }
    },
  };
}
