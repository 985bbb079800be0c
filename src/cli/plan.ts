/** `plan`: which units of a model stay at a pruning ratio, from its statistics alone. */
import { prepareWidths } from "../core/allocation/width-options.ts";
import { PivotscopeError } from "../core/errors.ts";
import { methodNamed, methods } from "../core/methods/index.ts";
import { createPlan, serialisePlan } from "../core/plan.ts";
import { validateRatio } from "../core/unit-check.ts";
import { defineCommand } from "./command.ts";
import { openDestination } from "./destination.ts";
import { outlineModel } from "./open-model.ts";
import { requireOwnWeights } from "./own-weights.ts";
import { readStatisticsContent, readStatisticsFile } from "./read-statistics.ts";
import { describeSettings, parsePlanSettings } from "./settings.ts";

const options = {
  model: {
    type: "text",
    value: "DIR",
    explanation: "Checkpoint folder, or hub:OWNER/NAME; its weights are not loaded.",
    required: true,
  },
  statistics: { type: "text", value: "FILE", explanation: "What `statistics` wrote for this model.", required: true },
  ratio: {
    type: "number",
    value: "SHARE",
    explanation: "Share of structural parameters to remove, 0 to 1.",
    required: true,
  },
  method: {
    type: "text",
    value: "NAME",
    explanation: `Pruning method (${methods.map(({ name }) => name).join(", ")}); else mucrasp.`,
  },
  set: { type: "list", value: "NAME=VALUE", explanation: "Change one of the method's constants." },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
  "any-weights": { type: "flag", explanation: "Take statistics that were made for other weights." },
} as const;

/** A plan is tied to weights; without their hash nothing could ever tell whether it fits. */
function noWeights(folder: string, file: string): PivotscopeError {
  return new PivotscopeError(
    "not-found",
    `${folder} has no model.safetensors and ${file} has no weight_hash, so the plan could not be tied to weights.`,
    "Add the weights to the folder, or calibrate with `statistics`, which writes the hash.",
  );
}

export const plan = defineCommand({
  name: "plan",
  summary: "Decide from a model's statistics which units stay at a pruning ratio.",
  notes: ["Constants that --set changes, with the paper's values:", ...describeSettings(false)].join("\n"),
  options,
  async run(given, context) {
    validateRatio(given.ratio);
    const method = methodNamed(given.method ?? "mucrasp");
    const settings = parsePlanSettings(given.set);
    const destination = await openDestination(given.out, context, { inputs: [given.model, given.statistics] });
    const model = await outlineModel(given.model);
    const { layout } = model;
    const file = readStatisticsFile(await readStatisticsContent(given.statistics), given.statistics, layout);
    if (!given["any-weights"]) requireOwnWeights(given.statistics, file.origin, model);

    if (model.weightHash === "" && file.origin.weightHash === "") throw noWeights(given.model, given.statistics);

    const parameters = { ...file.parameters, ...settings };
    await prepareWidths(parameters);
    const allocation = method.plan(layout, file.statistics, parameters, given.ratio);
    const made = createPlan(layout, allocation, {
      model: { name: model.name, weightHash: model.weightHash || file.origin.weightHash },
      method: method.name,
      parameters,
      askedRatio: given.ratio,
    });
    await destination.write(`${serialisePlan(made)}\n`);
  },
});
