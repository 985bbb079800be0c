/** Measuring speeds, as far as the first screen has it: what does it is loaded when it is asked for. */
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { initialSpeed, type SpeedActions, type SpeedJobProgress } from "./speed-state.ts";

const loadRun = onDemand(() => import("./speed-run.ts"));

export function createSpeedActions(context: Context, onLoss: (error: unknown) => boolean): SpeedActions {
  const { patch } = context;
  const job = createJob<SpeedJobProgress>(context, {
    kind: "speed",
    onError: onLoss,
    show: (shown) => patch("speed", shown),
  });
  return {
    cancel: job.cancel,
    reset() {
      job.drop();
      patch("speed", initialSpeed);
    },
    async start(ratios) {
      if (job.busy) return;
      await job.start(async (run) => {
        const { measureSpeeds } = await loadRun();
        await measureSpeeds(context, run, ratios);
        return undefined;
      });
    },
  };
}
