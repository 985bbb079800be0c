/** Compare reasoning: the pruned model's own words beside the dense model's, both as they come. */
import type { GenerateOptions, Trace, TraceToken } from "../../../engine/contract.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { denseAtHand, weightsOf } from "../../provenance.ts";
import { sampleInput } from "../input/input.ts";
import { pruningOf } from "../pruning/method.ts";
import { prunedTokenLimit, verdict } from "../reasoning/answer.ts";
import { type ComparedTrace, type ComparisonState, initialComparison } from "./comparison-state.ts";

export interface ComparisonActions {
  /** Generates both traces, one after the other, at the ratio at hand. A press while one runs does nothing. */
  start(): Promise<void>;
  cancel(): void;
  close(): void;
}

export function createComparisonActions(context: Context, onLoss: (error: unknown) => boolean): ComparisonActions {
  const { patch, get } = context;
  const job = createJob<never, Partial<ComparisonState>>(context, {
    kind: "comparison",
    onError: onLoss,
    show(shown, change) {
      const { status } = shown;
      const ended = status === "cancelled" || status === "failed" ? endOf(get().comparison, status) : {};
      patch("comparison", { ...change, ...ended, ...shown });
    },
  });

  function update(side: "dense" | "pruned", change: Partial<ComparedTrace>): void {
    patch("comparison", { [side]: { ...get().comparison[side], ...change } });
  }

  return {
    cancel: job.cancel,
    close() {
      job.drop();
      patch("comparison", initialComparison);
    },
    async start() {
      if (job.busy) return;
      const state = get();
      const sample = sampleInput(state.input);
      const { frame, of: plan } = state.pruning;
      const dense = denseAtHand(state);
      if (!sample || !frame || !plan || !dense) return;
      const weights = weightsOf(state, plan.plan);
      const taken = { ...pruningOf(frame), ...weights };
      const masked = { ...dense, plan: plan.plan };
      await job.start(
        ({ signal, wanted, inTurn }) =>
          inTurn(async (engine) => {
            const stream = async (side: "dense" | "pruned", options: GenerateOptions): Promise<Trace> => {
              update(side, { status: "streaming", tokens: [] });
              const onProgress = (token: TraceToken) => {
                if (wanted()) update(side, { tokens: [...get().comparison[side].tokens, token] });
              };
              const trace = await engine.generate(sample, options, { signal, onProgress });
              if (wanted()) update(side, { status: "finished", tokens: trace.tokens, cut: trace.finish === "length" });
              return trace;
            };
            const dense = await stream("dense", {});
            const pruned = await stream("pruned", { pruning: taken, maximumTokens: prunedTokenLimit(dense) });
            // Of what it came to be: sliced weights go with the engine that had them.
            return { answer: verdict(dense, pruned), of: pruned.weights ? { ...masked, ...weights } : masked };
          }),
        { ...initialComparison, of: { ...masked, ...weights } },
      );
    },
  };
}

/** The columns of a comparison that ended before both were written. */
function endOf({ dense, pruned }: ComparisonState, status: "cancelled" | "failed") {
  const ended = (column: ComparedTrace) => (column.status === "finished" ? column : { ...column, status });
  return { dense: ended(dense), pruned: ended(pruned) };
}
