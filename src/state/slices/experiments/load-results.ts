/** Kept results, one holder for all who need them; what reads and writes them is loaded after the page. */
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import type { KeptResults } from "./kept-results.ts";

const loadResults = onDemand(() => import("./kept-results.ts"));

/** The function rejects where that part of the page cannot be fetched. */
export function createResultsLoader({ environment, patch }: Context): () => Promise<KeptResults> {
  let holder: KeptResults | null = null;
  return async () => {
    const { createKeptResults } = await loadResults();
    holder ??= createKeptResults(environment.records, environment.date, (notKept) => patch("experiments", { notKept }));
    return holder;
  };
}
