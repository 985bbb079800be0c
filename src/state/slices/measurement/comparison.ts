/** Compare reasoning: the pruned model's own words beside the dense model's, both as they come. */
import type { GenerateOptions, Trace, TraceToken } from "../../../engine/contract.ts";
import { type Context, requireEngine } from "../../context.ts";
import { type Failure, failureOf, isCancelled } from "../../failure.ts";
import { sampleInput } from "../input/input.ts";
import { pruningOf } from "../pruning/method.ts";
import { prunedTokenLimit, verdict } from "../reasoning/answer.ts";
import { type ComparedTrace, initialComparison } from "./comparison-state.ts";

export interface ComparisonActions {
  /** Generates both traces, one after the other, at the ratio at hand. A press while one runs does nothing. */
  start(): Promise<void>;
  cancel(): void;
  close(): void;
}

export function createComparisonActions(context: Context, onLoss: (error: unknown) => boolean): ComparisonActions {
  const { patch, get } = context;
  let controller = new AbortController();

  function update(side: "dense" | "pruned", change: Partial<ComparedTrace>): void {
    patch("comparison", { [side]: { ...get().comparison[side], ...change } });
  }

  function end(status: "cancelled" | "failed", failure: Failure | null): void {
    for (const side of ["dense", "pruned"] as const) {
      if (get().comparison[side].status !== "finished") update(side, { status });
    }
    patch("comparison", { status, failure });
  }

  return {
    cancel: () => controller.abort(),
    close() {
      controller.abort();
      patch("comparison", initialComparison);
    },
    async start() {
      const { status } = get().comparison;
      if (status === "running" || status === "waiting") return;
      const { input, pruning, reasoning, model } = get();
      const sample = sampleInput(input);
      const { frame, planHash } = pruning;
      if (!sample || !frame || planHash === null || reasoning.inputKey === null || !model.summary) return;
      const taken = pruningOf(frame);
      const subject = {
        model: model.summary.name,
        method: pruning.method,
        ratio: pruning.ratio,
        reachedRatio: frame.reachedRatio,
        planHash,
        question: sample.question,
        inputKey: reasoning.inputKey,
      };
      controller = new AbortController();
      const { signal } = controller;
      patch("comparison", { ...initialComparison, status: "waiting", subject });

      const stream = async (side: "dense" | "pruned", options: GenerateOptions): Promise<Trace> => {
        update(side, { status: "streaming", tokens: [] });
        const onProgress = (token: TraceToken) => {
          if (!signal.aborted) update(side, { tokens: [...get().comparison[side].tokens, token] });
        };
        const trace = await requireEngine(context).generate(sample, options, { signal, onProgress });
        if (!signal.aborted) update(side, { status: "finished", tokens: trace.tokens, cut: trace.finish === "length" });
        return trace;
      };

      try {
        await context.queue.run("comparison", signal, async () => {
          patch("comparison", { status: "running" });
          const dense = await stream("dense", {});
          const pruned = await stream("pruned", { pruning: taken, maximumTokens: prunedTokenLimit(dense) });
          if (!signal.aborted) patch("comparison", { status: "done", answer: verdict(dense, pruned) });
        });
      } catch (error) {
        // Closed in between: there is nothing left to mark.
        if (get().comparison.subject !== subject) return;
        if (isCancelled(error)) return end("cancelled", null);
        onLoss(error);
        end("failed", failureOf(error));
      }
    },
  };
}
