/** `speed`: how fast plans make a model on this device, dense and sliced in turn, beside what its shape allows. */
import { PivotscopeError } from "../core/errors.ts";
import { fileBytes, type SpeedFigures, type SpeedPoint, type TraceLength } from "../core/speed/speed.ts";
import type { ModelSummary } from "../engine/contract.ts";
import { compareSpeed } from "../engine/measure/compare-speed.ts";
import { DEFAULT_TRACE_LIMIT } from "../engine/session.ts";
import { defineCommand } from "./command.ts";
import { openDestination } from "./destination.ts";
import { deviceOptions, type Place } from "./device-options.ts";
import { readPicture } from "./generate.ts";
import { withEngine } from "./open-engine.ts";
import { wholeNumber } from "./options.ts";
import { createProgressLine } from "./progress.ts";
import { type PlanFile, pruningForModel, readPlan } from "./read-plan.ts";

const RUNS = 5;
const TOKENS = 64;

const options = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder, or hub:OWNER/NAME.", required: true },
  plan: { type: "list", value: "FILE", explanation: "Plan to slice by; several make a curve." },
  question: { type: "text", value: "TEXT", explanation: "What to ask.", required: true },
  image: {
    type: "text",
    value: "FILE",
    explanation: "Picture (PNG, JPEG, WebP or GIF); without one, the question alone.",
  },
  tokens: { type: "number", value: "N", explanation: `Tokens that a run writes; else ${TOKENS}.` },
  runs: { type: "number", value: "N", explanation: `Runs of each model; else ${RUNS}.` },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
  "any-weights": { type: "flag", explanation: "Take a plan that was made for other weights." },
  ...deviceOptions,
} as const;

export const speed = defineCommand({
  name: "speed",
  summary: "Time the dense and the sliced model in turn, and count what each holds and reads.",
  notes:
    "Graphs are compiled and the prompt has been through once before a run is timed. Medians, with the lowest and highest.",
  options,
  async run(given, context) {
    const tokens = wholeNumber("tokens", given.tokens ?? TOKENS, 2);
    const runs = wholeNumber("runs", given.runs ?? RUNS, 1);
    if (given.plan.length === 0) {
      throw new PivotscopeError("bad-input", "No --plan was given.", "Make one with `plan`; several give a curve.");
    }
    const plans: PlanFile[] = [];
    for (const file of given.plan) {
      const read = await readPlan(file);
      if (read) plans.push(read);
    }
    const picture = given.image === undefined ? null : await readPicture(given.image, context);
    const destination = await openDestination(given.out, context, {
      inputs: [given.model, given.image, ...given.plan],
    });
    const text = await withEngine(given.model, given, context, async (engine, summary, place) => {
      const line = createProgressLine(context);
      const points: object[] = [];
      const input = { picture, question: given.question };
      let trace: TraceLength;
      try {
        line.show("Letting the dense model write");
        const written = await engine.generate(
          input,
          { maximumTokens: DEFAULT_TRACE_LIMIT },
          { signal: context.signal },
        );
        trace = { tokens: written.tokens.length, ended: written.finish === "stop" };
        for (const from of plans) {
          const pruning = pruningForModel(from, summary, given["any-weights"]);
          if (!pruning) continue;
          const point = await compareSpeed(
            engine,
            {
              ...{ input, pruning, tokens, runs },
              ...{ asked: from.plan.ratio.asked, reached: from.plan.ratio.reached, longestTrace: DEFAULT_TRACE_LIMIT },
            },
            {
              signal: context.signal,
              onProgress: ({ done, total }) => line.show(`Timing ${from.file}: step ${done} of ${total}`),
            },
          );
          points.push(describePoint(from, point));
        }
      } finally {
        line.clear();
      }
      return JSON.stringify(describeSpeed(summary, place, trace, points));
    });
    await destination.write(`${text}\n`);
  },
});

function describeSpeed(
  { name, weightHash }: ModelSummary,
  place: Place,
  denseTrace: TraceLength,
  points: readonly object[],
) {
  return { model: name, weight_hash: weightHash, ...place, dense_trace: denseTrace, points };
}

function describePoint({ plan }: PlanFile, point: SpeedPoint) {
  const { roundWidths, evenWidths } = plan.parameters;
  const { decode, firstToken, ideal } = point.gains;
  return {
    plan: { method: plan.method, ratio: plan.ratio, round_widths: roundWidths, even_widths: evenWidths },
    ...{ prompt_tokens: point.promptTokens, decoded_tokens: point.decodedTokens, runs: point.runs },
    dense: describeFigures(point.dense, point.denseParameters),
    sliced: describeFigures(point.sliced, point.slicedParameters),
    times_as_fast: { decode, first_token: firstToken, decode_by_bytes: ideal },
    trace: point.trace,
  };
}

function describeFigures(figures: SpeedFigures, parameters: number) {
  return {
    parameters,
    prefill_tokens_per_second: figures.prefill,
    decode_tokens_per_second: figures.decode,
    first_token_milliseconds: figures.firstToken,
    weight_bytes: figures.weightBytes,
    copy_bytes: figures.copyBytes,
    cache_bytes: figures.cacheBytes,
    peak_bytes: figures.peakBytes,
    file_bytes_16_bit: fileBytes(parameters),
    ideal_per_token: figures.ideal,
  };
}
