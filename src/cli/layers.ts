/** `layers`: how much each layer of a dense model does, in the views of three other works. */
import { DEFAULT_OUTLIER_FACTOR, type LayerViews } from "../core/signals/layer-views.ts";
import { checkOutlierFactor, DEFAULT_LAYER_VIEW_SAMPLES, observeLayers } from "../engine/measure/layer-views.ts";
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
  limit: {
    type: "number",
    value: "N",
    explanation: `Use only the first N samples; else ${DEFAULT_LAYER_VIEW_SAMPLES}.`,
  },
  "outlier-factor": {
    type: "number",
    value: "M",
    explanation: `An entry above M times its layer's mean is an outlier; else ${DEFAULT_OUTLIER_FACTOR}.`,
  },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
  "any-folder": ANY_FOLDER,
  ...deviceOptions,
} as const;

function describeLayers({ samples, outlierFactor, layers }: LayerViews) {
  return {
    samples,
    outlier_factor: outlierFactor,
    layers: layers.map(({ tower, layer, blockInfluence, outlierShare, tampDensity }) => ({
      ...{ tower, layer },
      block_influence: blockInfluence,
      outlier_share: outlierShare,
      tamp_density: tampDensity,
    })),
  };
}

export const layers = defineCommand({
  name: "layers",
  summary: "Look at every layer: block influence, outlier share, token density.",
  notes: "",
  options,
  async run(given, context) {
    const outlierFactor = given["outlier-factor"] ?? DEFAULT_OUTLIER_FACTOR;
    checkOutlierFactor(outlierFactor);
    const list = await readSamples(
      given.samples,
      { ...given, limit: given.limit ?? DEFAULT_LAYER_VIEW_SAMPLES },
      context,
    );
    const destination = await openDestination(given.out, context, { inputs: [given.model, given.samples] });
    const text = await withModel(given.model, given, context, async (session, place) => {
      const line = createProgressLine(context);
      try {
        const samples = await prepareAll(session, list, null, context, line);
        const views = await observeLayers(session.model, samples, {
          outlierFactor,
          signal: context.signal,
          onProgress: ({ done, total }) => line.show(`Looking at layers: sample ${done} of ${total}`),
        });
        const { name, weightHash } = session.summary;
        return JSON.stringify({ model: name, weight_hash: weightHash, ...place, ...describeLayers(views) });
      } finally {
        line.clear();
      }
    });
    await destination.write(`${text}\n`);
  },
});
