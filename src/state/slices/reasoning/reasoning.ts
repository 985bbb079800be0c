/** The dense model's chain of thought on the picture and question at hand, streamed, with its pivots. */
import type { TraceToken } from "../../../engine/contract.ts";
import { type Context, requireEngine } from "../../context.ts";
import { failureOf, isCancelled } from "../../failure.ts";
import { inputKey, sampleInput } from "../input/input.ts";
import { findTracePivots } from "../pruning/method.ts";
import { initialReasoning } from "./reasoning-state.ts";

export interface ReasoningActions {
  /** Generates the dense trace of the input at hand; what ran before is cancelled. */
  start(): Promise<void>;
  cancel(): void;
  /** Finds the pivots of the trace anew, after the markers changed. */
  refreshPivots(): void;
}

export function createReasoningActions(context: Context, onLoss: (error: unknown) => boolean): ReasoningActions {
  const { patch, get } = context;
  let controller = new AbortController();

  function pivotsOf(tokens: readonly TraceToken[], ended: boolean) {
    const found = findTracePivots(tokens, get().pruning.parameters);
    // While tokens still come, thirds of what is there would jump from token to token.
    return { pivots: ended || !found.fallback ? found.pivots : [], pivotsFallback: ended && found.fallback };
  }

  return {
    cancel: () => controller.abort(),
    refreshPivots() {
      const { tokens, trace } = get().reasoning;
      if (tokens.length > 0) patch("reasoning", pivotsOf(tokens, trace !== null));
    },
    async start() {
      controller.abort();
      const input = sampleInput(get().input);
      const key = inputKey(get().input);
      if (!input || key === null) return;
      controller = new AbortController();
      const { signal } = controller;
      const mine = () => !signal.aborted;
      patch("reasoning", { ...initialReasoning, status: "waiting", inputKey: key });
      try {
        const trace = await context.queue.run("trace", signal, () => {
          const engine = requireEngine(context);
          patch("reasoning", { status: "streaming" });
          const onProgress = (token: TraceToken) => {
            if (!mine()) return;
            const tokens = [...get().reasoning.tokens, token];
            patch("reasoning", { tokens, ...pivotsOf(tokens, false) });
          };
          return engine.generate(input, {}, { signal, onProgress });
        });
        if (mine())
          patch("reasoning", { status: "done", trace, tokens: trace.tokens, ...pivotsOf(trace.tokens, true) });
      } catch (error) {
        const stillShown = get().reasoning.inputKey === key && get().reasoning.status !== "done";
        if (isCancelled(error)) {
          if (stillShown && inputKey(get().input) === key) patch("reasoning", { status: "cancelled" });
          return;
        }
        onLoss(error);
        if (mine()) patch("reasoning", { status: "failed", failure: failureOf(error) });
      }
    },
  };
}
