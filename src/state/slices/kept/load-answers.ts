/** Kept answers, one holder for all who need them; what reads and writes them is loaded beside the first screen. */
import { onDemand } from "../../../core/on-demand.ts";
import type { DenseOf } from "../../../core/provenance.ts";
import type { Trace } from "../../../engine/contract.ts";
import type { Context } from "../../context.ts";
import type { Measured } from "../measurement/measurement-state.ts";
import type { KeptAnswers } from "./kept-answers.ts";

const loadAnswers = onDemand(() => import("./kept-answers.ts"));

/** Those who compute keep their results here; what cannot be kept or read is computed again, and nothing is said of it. */
export interface Answers {
  /** What is kept of this picture and question; null where there is no trace, or where the browser refuses. */
  recall(of: DenseOf): Promise<{ readonly trace: Trace; readonly measured: readonly Measured[] } | null>;
  keepTrace(of: DenseOf, trace: Trace): void;
  keep(result: Measured): void;
  /** The store itself, for whoever lists and removes. Rejects where that part of the page cannot be fetched. */
  store(): Promise<KeptAnswers>;
}

export function createAnswers({ environment }: Pick<Context, "environment">): Answers {
  let holder: KeptAnswers | null = null;
  async function store(): Promise<KeptAnswers> {
    const { createKeptAnswers } = await loadAnswers();
    holder ??= createKeptAnswers(environment.records, environment.date);
    return holder;
  }
  const quietly = (work: (answers: KeptAnswers) => Promise<void>) =>
    void store()
      .then(work)
      .catch(() => undefined);
  return {
    store,
    async recall(of) {
      try {
        const { trace, measured } = await (await store()).read(of);
        return trace && { trace, measured };
      } catch {
        return null;
      }
    },
    keepTrace: (of, trace) => quietly((answers) => answers.keepTrace(of, trace)),
    keep: (result) => quietly((answers) => answers.keep(result)),
  };
}
