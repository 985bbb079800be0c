/** The dense model's chain of thought on the picture and question at hand, streamed, with its pivots. */
import type { TraceToken } from "../../../engine/contract.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { denseAtHand } from "../../provenance.ts";
import { sampleInput } from "../input/input.ts";
import type { Answers } from "../kept/load-answers.ts";
import type { KeptMeasurements } from "../measurement/kept-measurements.ts";
import { findTracePivots } from "../pruning/method.ts";
import { initialReasoning, type ReasoningState } from "./reasoning-state.ts";

export interface ReasoningActions {
  /** Shows the dense trace of the input at hand, kept from before or generated now; what ran before is cancelled. */
  start(): Promise<void>;
  cancel(): void;
  /** Finds the pivots of the trace anew, after the markers changed. */
  refreshPivots(): void;
}

/** @param measurements are given what is kept with a trace, before it is shown. */
export function createReasoningActions(
  context: Context,
  onLoss: (error: unknown) => boolean,
  answers: Pick<Answers, "recall" | "keepTrace">,
  measurements: Pick<KeptMeasurements, "recall">,
): ReasoningActions {
  const { patch, get } = context;
  const job = createJob<never, Partial<ReasoningState>>(context, {
    kind: "trace",
    onError: onLoss,
    show: (shown, change) => patch("reasoning", { ...change, ...shown }),
  });

  function pivotsOf(tokens: readonly TraceToken[], ended: boolean) {
    const found = findTracePivots(tokens, get().pruning.parameters);
    // While tokens still come, thirds of what is there would jump from token to token.
    return { pivots: ended || !found.fallback ? found.pivots : [], pivotsFallback: ended && found.fallback };
  }

  return {
    cancel: job.cancel,
    refreshPivots() {
      const { tokens, trace } = get().reasoning;
      if (tokens.length > 0) patch("reasoning", pivotsOf(tokens, trace !== null));
    },
    async start() {
      const input = sampleInput(get().input);
      const of = denseAtHand(get());
      if (!input || !of) return job.cancel();
      await job.start(
        async ({ signal, wanted, inTurn }) => {
          const onProgress = (token: TraceToken) => {
            if (!wanted()) return;
            const tokens = [...get().reasoning.tokens, token];
            patch("reasoning", { tokens, ...pivotsOf(tokens, false) });
          };
          const kept = await answers.recall(of);
          if (kept && wanted()) measurements.recall(kept.measured);
          const trace = kept?.trace ?? (await inTurn((engine) => engine.generate(input, {}, { signal, onProgress })));
          if (!kept) answers.keepTrace(of, trace);
          return { trace, tokens: trace.tokens, ...pivotsOf(trace.tokens, true) };
        },
        { ...initialReasoning, of },
      );
    },
  };
}
