/** Layer views of the dense model: computed once on request, because they take a pass over samples. */
import type { SampleProgress } from "../../../engine/contract.ts";
import { type Context, requireEngine } from "../../context.ts";
import { failureOf, isCancelled } from "../../failure.ts";
import { provideSamples } from "../own-samples/own-samples-pictures.ts";
import { initialLayers } from "./layers-state.ts";

export interface LayersActions {
  /** A press while it runs or waits does nothing. */
  start(): Promise<void>;
  cancel(): void;
  /** Another model has come. */
  reset(): void;
}

export function createLayersActions(context: Context, onLoss: (error: unknown) => boolean): LayersActions {
  const { patch, get } = context;
  let controller = new AbortController();
  return {
    cancel: () => controller.abort(),
    reset() {
      controller.abort();
      patch("layers", initialLayers);
    },
    async start() {
      const { status } = get().layers;
      if (status === "running" || status === "waiting") return;
      controller = new AbortController();
      const { signal } = controller;
      patch("layers", { status: "waiting", progress: null, failure: null });
      try {
        const views = await context.queue.run("layers", signal, async () => {
          const engine = requireEngine(context);
          const { ownSamples, model } = get();
          await provideSamples(context.environment, engine, ownSamples.used, model.summary, signal);
          patch("layers", { status: "running" });
          const onProgress = (progress: SampleProgress) => {
            if (!signal.aborted) patch("layers", { progress });
          };
          return engine.observeLayers({}, { signal, onProgress });
        });
        if (!signal.aborted) patch("layers", { status: "done", views, progress: null });
      } catch (error) {
        // After a reset, or once it runs anew, this run has nothing to say.
        if (controller.signal !== signal || get().layers.status === "none") return;
        if (isCancelled(error)) return patch("layers", { status: "cancelled", progress: null });
        onLoss(error);
        patch("layers", { status: "failed", progress: null, failure: failureOf(error) });
      }
    },
  };
}
