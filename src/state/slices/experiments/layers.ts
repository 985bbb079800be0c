/** Layer views of the dense model: computed once on request, because they take a pass over samples. */
import type { SampleProgress } from "../../../engine/contract.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { modelAtHand } from "../../provenance.ts";
import { provideSamples } from "../own-samples/own-samples-pictures.ts";
import { initialLayers, type LayersState } from "./layers-state.ts";

export interface LayersActions {
  /** A press while it runs or waits does nothing. */
  start(): Promise<void>;
  cancel(): void;
  /** Another model has come. */
  reset(): void;
}

export function createLayersActions(context: Context, onLoss: (error: unknown) => boolean): LayersActions {
  const { patch, get, environment } = context;
  const job = createJob<SampleProgress, Partial<LayersState>>(context, {
    kind: "layers",
    onError: onLoss,
    show: (shown, change) => patch("layers", { ...change, ...shown }),
  });
  return {
    cancel: job.cancel,
    reset() {
      job.drop();
      patch("layers", initialLayers);
    },
    async start() {
      if (job.busy) return;
      const of = modelAtHand(get());
      await job.start(async ({ signal, report, inTurn }) => {
        const views = await inTurn(async (engine) => {
          const { ownSamples, model } = get();
          await provideSamples(environment, engine, ownSamples.used, model.summary, signal);
          return engine.observeLayers({}, { signal, onProgress: report });
        });
        return { views, of };
      });
    },
  };
}
