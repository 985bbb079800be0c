/** Slices the model by the plan at hand, holds it against masks, and goes back. */
import type { SliceProgress } from "../../../engine/contract.ts";
import { type Context, requireEngine } from "../../context.ts";
import { createJob } from "../../job.ts";
import { planOf } from "../../provenance.ts";
import { sampleInput } from "../input/input.ts";
import type { ModelActions } from "../model/model.ts";
import { pruningOf } from "../pruning/method.ts";
import { initialSlicing, type SlicingState } from "./slicing-state.ts";

export interface SlicingRun {
  /** Slices by the plan at hand. A press while something of this runs does nothing. */
  slice(releaseDense: boolean): Promise<void>;
  /** Holds the sliced weights against masks, on the picture and the trace at hand. */
  check(): Promise<void>;
  cancel(): void;
  /** To the dense model: its weights are there, or are loaded again from where they came. */
  back(): Promise<void>;
}

export function createSlicingRun(context: Context, { reload, noteLoss }: ModelActions): SlicingRun {
  const { patch, get } = context;
  const job = createJob<SliceProgress, Partial<SlicingState>>(context, {
    kind: "slicing",
    onError: noteLoss,
    show: (shown, change) => patch("slicing", { ...change, ...shown }),
  });
  return {
    cancel: job.cancel,
    async slice(releaseDense) {
      const { pruning, model, slicing } = get();
      const of = pruning.of && planOf({ model }, pruning.of.plan);
      if (job.busy || !pruning.frame || !of || slicing.released) return;
      const taken = pruningOf(pruning.frame);
      const kept = { keep: taken.keep.slice(), meanInputs: taken.meanInputs?.slice() ?? null };
      await job.start(
        async ({ signal, report, inTurn }) => {
          const summary = await inTurn((engine) => {
            // From here on they may be gone, however this ends.
            if (releaseDense) patch("slicing", { released: true });
            return engine.slice(kept, { releaseDense }, { signal, onProgress: report });
          });
          return { of, summary };
        },
        { of: null, summary: null, check: null },
      );
    },
    async check() {
      const { input, reasoning, slicing } = get();
      const [sample, ids] = [sampleInput(input), reasoning.trace?.tokens.map(({ id }) => id)];
      const name = reasoning.of?.input.key;
      if (job.busy || !sample || !ids || !name || !slicing.summary) return;
      await job.start(
        async ({ signal, inTurn }) => {
          const found = await inTurn((engine) => engine.checkSlice(sample, ids, { signal }));
          return { check: { input: name, found } };
        },
        { check: null },
      );
    },
    async back() {
      const { released } = get().slicing;
      job.drop();
      patch("slicing", { ...initialSlicing, released });
      if (released) await reload();
      // What fails here fails with the engine, which is told of elsewhere.
      else
        await requireEngine(context)
          .unslice()
          .catch(() => undefined);
    },
  };
}
