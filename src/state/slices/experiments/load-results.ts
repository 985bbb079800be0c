/** Kept results, one holder for all who need them; what reads and writes them is loaded after the page. */
import type { Context } from "../../context.ts";
import type { KeptResults } from "./kept-results.ts";

/** The function rejects where that part of the page cannot be fetched. */
export function createResultsLoader({ environment, patch }: Context): () => Promise<KeptResults> {
  let holder: KeptResults | null = null;
  return async () => {
    const { createKeptResults } = await import("./kept-results.ts");
    holder ??= createKeptResults(environment.records, environment.date, (notKept) => patch("experiments", { notKept }));
    return holder;
  };
}
