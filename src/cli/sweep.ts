/** `sweep`: measures many pruned models on the evaluation set: methods over ratios, ablations, windows. */
import { inFile, PivotscopeError } from "../core/errors.ts";
import { type readDescription, serialiseDescription } from "../core/experiments/description.ts";
import type { ExperimentResult } from "../core/experiments/experiment.ts";
import { parseResult, serialiseResult } from "../core/experiments/result-json.ts";
import { createExperimentTime } from "../core/experiments/time-left.ts";
import { methods } from "../core/methods/index.ts";
import { defaultParameters, type MethodParameters } from "../core/parameters.ts";
import { createCalibrationTime, type TimeLeft } from "../core/time-left.ts";
import type { Engine, ModelSummary } from "../engine/contract.ts";
import { type ExperimentProgress, runExperiment } from "../engine/measure/experiment.ts";
import { createStatisticsSource } from "../engine/measure/experiment-statistics.ts";
import { defineCommand } from "./command.ts";
import type { CommandContext } from "./context.ts";
import { type Destination, openDestination } from "./destination.ts";
import { deviceOptions } from "./device-options.ts";
import { readTextIfThere } from "./files.ts";
import { withEngine } from "./open-engine.ts";
import { UsageError } from "./options.ts";
import { requireOwnWeights } from "./own-weights.ts";
import { createProgressLine, describeLeft, percent } from "./progress.ts";
import { readStatisticsContent, readStatisticsFile, type StatisticsFile } from "./read-statistics.ts";
import { parseSettings } from "./settings.ts";
import { readAskedExperiment } from "./sweep-description.ts";

const options = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder with an evaluation.json.", required: true },
  description: { type: "text", value: "FILE", explanation: "What to measure; else the options below say it." },
  methods: { type: "text", value: "A,B", explanation: "Methods to compare; else all." },
  ratios: { type: "text", value: "R,S", explanation: "Ratios, 0 to 1; else 0 to 0.7 in steps of 0.1." },
  ablations: { type: "flag", explanation: "Compare µCRASP with itself, one part taken away at a time." },
  ratio: { type: "number", value: "R", explanation: "Ratio of the ablations; else 0.4." },
  windows: { type: "number", value: "K", explanation: "Zero the MLPs of K neighbouring text layers, at every place." },
  samples: { type: "number", value: "N", explanation: "Only the first N samples of each question family." },
  "no-generate": { type: "flag", explanation: "Measure on the dense traces only; the pruned models write nothing." },
  set: { type: "list", value: "NAME=VALUE", explanation: "Change one of the methods' constants." },
  statistics: { type: "text", value: "FILE", explanation: "What `statistics` wrote; else the model is calibrated." },
  shard: {
    type: "text",
    value: "I/N",
    explanation: "Do only part I of N, from 1; put together with sweep-merge.",
    excludes: ["describe"],
  },
  keep: {
    type: "text",
    value: "FILE",
    explanation: "Keep what is done there, and go on from it if it is there.",
    excludes: ["describe"],
  },
  describe: { type: "flag", explanation: "Write the description, and measure nothing." },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
  "any-weights": {
    type: "flag",
    explanation: "Take statistics that were made for other weights.",
    needs: "statistics",
  },
  ...deviceOptions,
} as const;

/** Milliseconds between two writes of what is kept. */
const KEEP_EVERY = 30_000;

export const sweep = defineCommand({
  name: "sweep",
  summary: "Measure many pruned models: methods over ratios, ablations, windows of layers.",
  notes: `Methods: ${methods.map(({ name }) => name).join(", ")}.`,
  options,
  async run(given, context) {
    const shard = parseShard(given.shard);
    const settings = parseSettings(given.set);
    const describe = await readAskedExperiment(given);
    // What can be refused without the model is refused before it is loaded.
    describe(defaultParameters());
    const inputs = [given.model, given.description, given.statistics];
    const destination = await openDestination(given.out, context, { inputs });
    const keep =
      given.keep === undefined ? null : await openDestination(given.keep, context, { option: "keep", inputs });
    const statisticsText = given.statistics === undefined ? null : await readStatisticsContent(given.statistics);
    const resume = await readKept(given.keep);

    const text = await withEngine(given.model, given, context, async (engine, summary, place) => {
      const file = given.statistics ?? "";
      const known = statisticsText === null ? null : readStatisticsFile(statisticsText, file, summary.layout);
      if (known && !given["any-weights"]) requireOwnWeights(file, known.origin, summary);
      const parameters: MethodParameters = { ...startingParameters(summary, known), ...settings };
      const description = describe(parameters);
      if (given.describe) return serialiseDescription(description);
      const result = await measure(engine, summary, context, {
        device: place.device,
        ...{ description, parameters, known, shard, resume, keep },
      });
      return serialiseResult(result);
    });
    await destination.write(`${text}\n`);
  },
});

interface Measuring {
  readonly device: string;
  readonly description: ReturnType<typeof readDescription>;
  readonly parameters: MethodParameters;
  readonly known: StatisticsFile | null;
  readonly shard: { readonly index: number; readonly count: number };
  readonly resume: ExperimentResult | null;
  /** Where what is done is kept. */
  readonly keep: Destination | null;
}

async function measure(
  engine: Engine,
  summary: ModelSummary,
  context: CommandContext,
  { device, description, parameters, known, shard, resume, keep }: Measuring,
): Promise<ExperimentResult> {
  const { signal } = context;
  const line = createProgressLine(context);
  const timeLeft = createExperimentTime();
  const calibrationTime = createCalibrationTime();
  let latest: ExperimentResult | null = null;
  let written = Date.now();
  const write = async () => {
    if (keep && latest !== null) await keep.write(serialiseResult(latest));
    written = Date.now();
  };
  try {
    return await runExperiment({
      ...{ engine, summary, device, description, parameters, shard, resume, signal },
      statisticsFor: createStatisticsSource({
        engine,
        signal,
        // A file's statistics may be of any number of samples; what is calibrated here takes as many.
        sampleLimit: known && known.statistics.samples > 0 ? known.statistics.samples : null,
        known: known ? [known] : [],
        onProgress(progress) {
          const { pass, sample, samples, fraction } = progress;
          const left = describeLeft(calibrationTime(progress, performance.now() / 1000));
          line.show(
            pass === "traces"
              ? `Writing traces: ${sample} of ${samples}`
              : `Calibrating: sample ${sample} of ${samples}, ${percent(fraction, 1)}${left}`,
          );
        },
      }),
      onProgress: (progress) =>
        line.show(describeProgress(progress, progress.work && timeLeft(progress.work, performance.now() / 1000))),
      onResult: async (result) => {
        latest = result;
        if (Date.now() - written >= KEEP_EVERY) await write();
      },
    });
  } finally {
    line.clear();
    // Also after Ctrl-C and after a failure: that is what it is kept for.
    await write();
  }
}

/** The paper's constants, with what the checkpoint recommends, or what the statistics were made with, in their place. */
function startingParameters({ recommended }: ModelSummary, known: StatisticsFile | null): MethodParameters {
  if (known) return known.parameters;
  return { ...defaultParameters(), ...(recommended.window === undefined ? {} : { window: recommended.window }) };
}

/** "2/4" as the second of four. @throws UsageError for another form, PivotscopeError for a part that there is not. */
function parseShard(text: string | undefined): Measuring["shard"] {
  if (text === undefined) return { index: 0, count: 1 };
  const [, part, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (part === undefined || count === undefined) throw new UsageError(`--shard takes I/N; found "${text}".`);
  if (Number(part) >= 1 && Number(part) <= Number(count)) return { index: Number(part) - 1, count: Number(count) };
  throw new PivotscopeError("bad-input", `shard: found ${text}, expected a part from 1 to the number of parts.`);
}

async function readKept(file: string | undefined): Promise<ExperimentResult | null> {
  const text = file === undefined ? null : await readTextIfThere(file);
  return text === null ? null : inFile(file ?? "", () => parseResult(text));
}

function describeProgress({ doneUnits, totalUnits, cell }: ExperimentProgress, left: TimeLeft | null): string {
  if (totalUnits === 0) return `Preparing: ${cell}`;
  return `Measuring: ${cell}, ${doneUnits} of ${totalUnits}, ${percent(doneUnits, totalUnits)}${describeLeft(left)}`;
}
