/** `statistics`: calibrates a model on samples and writes what every plan is made from. */

import { markerGroupNames } from "../core/markers.ts";
import { validateParameters } from "../core/parameters/parse.ts";
import { defaultParameters, type MethodParameters } from "../core/parameters.ts";
import type { PivotParameters } from "../core/pivots.ts";
import { serialiseStatistics } from "../core/statistics-json.ts";
import { createCalibrationTime } from "../core/time-left.ts";
import { calibrate } from "../engine/calibrate/calibrate.ts";
import type { RecommendedParameters } from "../models/recommended.ts";
import { writeStatistics } from "../models/statistics-file/write-statistics.ts";
import { defineCommand } from "./command.ts";
import { openDestination } from "./destination.ts";
import { deviceOptions } from "./device-options.ts";
import { openKeptSums } from "./kept-sums.ts";
import { withModel } from "./open-model.ts";
import { ANY_FOLDER } from "./picture-files.ts";
import { createProgressLine, describeLeft, percent } from "./progress.ts";
import { prepareAll, readSamples } from "./samples.ts";

const options = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder, or hub:OWNER/NAME.", required: true },
  samples: { type: "text", value: "FILE", explanation: "Samples file to calibrate on.", required: true },
  out: {
    type: "text",
    value: "FILE",
    explanation:
      "Where to write, as JSON, or in a quarter of the bytes where it ends in .safetensors; else standard output.",
  },
  window: {
    type: "number",
    value: "N",
    explanation: "Trace tokens on either side of a pivot; else what the checkpoint recommends, else 8.",
  },
  "batch-size": { type: "number", value: "N", explanation: "Samples whose gradients add up; else 2." },
  limit: { type: "number", value: "N", explanation: "Use only the first N samples." },
  markers: { type: "text", value: "A,B", explanation: "Marker groups that make pivots; else all." },
  "random-pivots": { type: "flag", explanation: "Put as many pivots at random places instead, as a control." },
  seed: { type: "number", value: "S", explanation: "Seed of random pivots; else 1." },
  keep: {
    type: "text",
    value: "FILE",
    explanation: "Keep there what is summed, and go on from it if it is there; removed at the end.",
  },
  "minimum-markers": { type: "number", value: "N", explanation: "With fewer, the trace is cut in three; else 2." },
  "any-folder": ANY_FOLDER,
  ...deviceOptions,
} as const;

type Asked = PivotParameters & Pick<MethodParameters, "batchSize">;

/** What is asked for, then what the checkpoint recommends, then the paper's values. */
function calibrationParameters(asked: Partial<Asked>, recommended: RecommendedParameters): Asked {
  const window = recommended.window === undefined ? {} : { window: recommended.window };
  const parameters = { ...defaultParameters(), ...window, ...asked };
  validateParameters(parameters);
  const { batchSize, minimumMarkers, markers, pivotPlacement, randomSeed } = parameters;
  return { batchSize, window: parameters.window, minimumMarkers, markers, pivotPlacement, randomSeed };
}

export const statistics = defineCommand({
  name: "statistics",
  summary: "Calibrate a model on samples: attributions per unit, signals per module.",
  notes: `Marker groups: ${markerGroupNames.join(", ")}.`,
  options,
  async run(given, context) {
    const asked: Partial<Asked> = {
      ...(given.window === undefined ? {} : { window: given.window }),
      ...(given["batch-size"] === undefined ? {} : { batchSize: given["batch-size"] }),
      ...(given["minimum-markers"] === undefined ? {} : { minimumMarkers: given["minimum-markers"] }),
      ...(given["random-pivots"] ? { pivotPlacement: "random" } : {}),
      ...(given.seed === undefined ? {} : { randomSeed: given.seed }),
      ...(given.markers === undefined ? {} : { markers: given.markers.split(",").map((name) => name.trim()) }),
    };
    // What can be refused without the model is refused before it is loaded.
    calibrationParameters(asked, {});
    const list = await readSamples(given.samples, given, context);
    const inputs = [given.model, given.samples];
    const destination = await openDestination(given.out, context, { inputs });
    const kept = await openKeptSums(given.keep, context, inputs);

    const content = await withModel(given.model, given, context, async (session, place) => {
      const { summary, model } = session;
      const parameters = calibrationParameters(asked, summary.recommended);
      const line = createProgressLine(context);
      try {
        const samples = await prepareAll(session, list, parameters, context, line);
        const pivots = parameters;
        const timeLeft = createCalibrationTime();
        const from = (await kept?.from(model, { batchSize: parameters.batchSize, pivots }, samples)) ?? null;
        const result = await calibrate(model, {
          samples,
          batchSize: parameters.batchSize,
          window: parameters.window,
          from,
          ...(kept ? { keep: kept } : {}),
          signal: context.signal,
          onProgress(progress) {
            const { sample, pass, layer, layers, fraction } = progress;
            const left = timeLeft({ ...progress, from: from?.samples }, performance.now() / 1000);
            line.show(
              `Calibrating${from ? ` from sample ${from.samples + 1}` : ""}: sample ${sample} of ${samples.length}, ` +
                `${pass}, layer ${layer} of ${layers}, ${percent(fraction, 1)}${describeLeft(left)}`,
            );
          },
        });
        const about = { model: summary.name, weight_hash: summary.weightHash, ...place, parameters };
        const compact = given.out?.endsWith(".safetensors");
        return compact
          ? writeStatistics(summary.layout, result, about)
          : `${serialiseStatistics(summary.layout, result, about)}\n`;
      } finally {
        line.clear();
        await kept?.written();
      }
    });
    await destination.write(content);
    await kept?.forget();
  },
});
