/** Sums over the model's weights, for methods that need no calibration: read when the first of them is chosen. */
import type { Context } from "../context.ts";
import { createJob } from "../job.ts";
import type { WorkbenchState } from "../shape.ts";
import type { CalibrationState } from "./calibration-state.ts";
import { needsOf } from "./pruning/method.ts";

/** Names the model whose sums are wanted and not known; null where none are wanted. */
export function weightsWanted({ model, calibration, pruning, pins }: WorkbenchState): string | null {
  const needed = [pruning, ...pins.wanted].some(({ method }) => needsOf(method) === "weights");
  if (!needed || model.status !== "ready" || !model.summary) return null;
  if (calibration.weights || calibration.statistics?.baselines) return null;
  return `${model.summary.name} ${model.summary.weightHash}`;
}

/** @returns what reads them; a failure stands where a plan's would. */
export function createWeightsReader(context: Context, onLoss: (error: unknown) => boolean): () => Promise<void> {
  const { patch } = context;
  const job = createJob<never, Pick<CalibrationState, "weights">>(context, {
    kind: "weights",
    onError: onLoss,
    show({ failure }, change) {
      patch("calibration", { ...change, weightsFailure: failure });
    },
  });
  return () =>
    job.start(async ({ signal, inTurn }) => ({
      weights: await inTurn((engine) => engine.weightStatistics({ signal })),
    }));
}
