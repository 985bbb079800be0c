/** `plan-sequential`: Wanda-SP as its authors run it, which needs the model for every ratio. */
import { wandaSp } from "../core/methods/wanda-sp.ts";
import { defaultParameters } from "../core/parameters.ts";
import { createPlan, serialisePlan } from "../core/plan.ts";
import { validateRatio } from "../core/unit-check.ts";
import { planSequentialWanda } from "../engine/calibrate/sequential-wanda.ts";
import { defineCommand } from "./command.ts";
import { openDestination } from "./destination.ts";
import { deviceOptions } from "./device-options.ts";
import { withModel } from "./open-model.ts";
import { ANY_FOLDER } from "./picture-files.ts";
import { createProgressLine } from "./progress.ts";
import { prepareAll, readSamples } from "./samples.ts";

const options = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder, or hub:OWNER/NAME.", required: true },
  samples: { type: "text", value: "FILE", explanation: "Samples file to run the model on.", required: true },
  ratio: {
    type: "number",
    value: "SHARE",
    explanation: "Share of units that every module loses, 0 to 1.",
    required: true,
  },
  limit: { type: "number", value: "N", explanation: "Use only the first N samples." },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
  "any-folder": ANY_FOLDER,
  ...deviceOptions,
} as const;

export const planSequential = defineCommand({
  name: "plan-sequential",
  summary: "Plan with Wanda-SP layer by layer, each scored on what the pruned ones before it give.",
  notes:
    "`plan --method wanda-sp` scores from the dense model's activations instead, for any ratio at once.\n" +
    "The vision tower is pruned before the text tower, which then sees pictures through it.",
  options,
  async run(given, context) {
    validateRatio(given.ratio);
    const list = await readSamples(given.samples, given, context);
    const destination = await openDestination(given.out, context, { inputs: [given.model, given.samples] });
    const text = await withModel(given.model, given, context, async (session, place) => {
      const line = createProgressLine(context);
      try {
        const samples = await prepareAll(session, list, null, context, line);
        const made = await planSequentialWanda(session.model, samples, {
          ratio: given.ratio,
          signal: context.signal,
          onProgress: ({ tower, layer, layers, runs }) =>
            line.show(`Pruning ${tower} layer ${layer + 1} of ${layers}: run ${runs.done} of ${runs.total}`),
        });
        const { name, weightHash } = session.summary;
        return serialisePlan(
          createPlan(
            session.model.layout,
            { keep: made.keep, values: made.values, reachedRatio: made.reachedRatio },
            {
              model: { name, weightHash },
              method: wandaSp.name,
              parameters: defaultParameters(),
              askedRatio: given.ratio,
            },
          ),
          { ...place },
        );
      } finally {
        line.clear();
      }
    });
    await destination.write(`${text}\n`);
  },
});
