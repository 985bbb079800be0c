/** `evaluate`: how far a pruned model's next-token distributions lie from the dense model's on given traces. */
import { denseTraceStates, evaluateSample } from "../engine/measure/evaluate.ts";
import type { MaskSet } from "../engine/pass/masks.ts";
import type { Session } from "../engine/session.ts";
import { defineCommand } from "./command.ts";
import type { CommandContext } from "./context.ts";
import { openDestination } from "./destination.ts";
import { deviceOptions } from "./device-options.ts";
import { describeSample, type Measured, summarise } from "./evaluation-json.ts";
import { withModel } from "./open-model.ts";
import { ANY_FOLDER } from "./picture-files.ts";
import { createProgressLine } from "./progress.ts";
import { masksForPlan, readPlan } from "./read-plan.ts";
import { prepareListed, readSamples, type SampleList } from "./samples.ts";

const options = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder, or hub:OWNER/NAME.", required: true },
  samples: { type: "text", value: "FILE", explanation: "Samples file whose traces are measured.", required: true },
  plan: { type: "text", value: "FILE", explanation: "Prune the model by this plan; the dense model when absent." },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
  limit: { type: "number", value: "N", explanation: "Use only the first N samples." },
  "any-weights": { type: "flag", explanation: "Take a plan that was made for other weights.", needs: "plan" },
  "any-folder": ANY_FOLDER,
  ...deviceOptions,
} as const;

/** Measures every sample of the list, teacher-forced on its trace, one at a time, and releases the masks. */
async function measureAll(
  session: Session,
  list: SampleList,
  masks: MaskSet,
  context: CommandContext,
): Promise<Measured[]> {
  const { model, denseMasks } = session;
  const line = createProgressLine(context);
  const measured: Measured[] = [];
  try {
    for (const index of list.samples.keys()) {
      line.show(`Measuring sample ${index + 1} of ${list.samples.length}`);
      const sample = await prepareListed(session, list, index, null, context);
      const dense = await denseTraceStates(model, sample, denseMasks, context.signal);
      try {
        const measurement = await evaluateSample(model, sample, masks, dense, context.signal);
        measured.push({ sample, measurement });
      } finally {
        model.backend.release(dense);
      }
    }
    return measured;
  } finally {
    masks.release();
    line.clear();
  }
}

export const evaluate = defineCommand({
  name: "evaluate",
  summary: "Measure a pruned model against the dense one on traces: KL and likelihood per token, perplexity.",
  notes: "A sample without a trace is measured on the trace that the dense model writes.",
  options,
  async run(given, context) {
    const list = await readSamples(given.samples, given, context);
    const plan = await readPlan(given.plan);
    const destination = await openDestination(given.out, context, { inputs: [given.model, given.samples, given.plan] });

    const result = await withModel(given.model, given, context, async (session, place) => {
      const { summary } = session;
      const masks = await masksForPlan(session, plan, given["any-weights"], context.signal);
      const measured = await measureAll(session, list, masks, context);
      return {
        model: summary.name,
        weight_hash: summary.weightHash,
        ...place,
        plan: plan && { method: plan.plan.method, ratio: plan.plan.ratio },
        ...summarise(measured),
        samples: measured.map((entry, index) => describeSample(session, list.samples[index], entry)),
      };
    });
    await destination.write(`${JSON.stringify(result)}\n`);
  },
});
