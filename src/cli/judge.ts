/** `judge`: lets a model reason about scenes, or takes traces that were written elsewhere, and checks every claim. */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { createRandom } from "../core/random.ts";
import type { Session } from "../engine/session.ts";
import type { PictureSample } from "../models/samples.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../scenes/draw/draw-scene.ts";
import type { Scene } from "../scenes/scene.ts";
import { defineCommand } from "./command.ts";
import type { CommandContext } from "./context.ts";
import { openDestination } from "./destination.ts";
import { type AskedDevice, deviceOptions, type Place } from "./device-options.ts";
import { describeJudgement, judgeAll, summariseJudgements } from "./judge-json.ts";
import { withModel } from "./open-model.ts";
import { wholeNumber } from "./options.ts";
import { createProgressLine } from "./progress.ts";
import { masksForPlan, readPlan } from "./read-plan.ts";
import { readSamples } from "./samples.ts";
import { readTraces } from "./traces.ts";

const options = {
  samples: { type: "text", value: "FILE", explanation: "Samples file with scenes.", required: true },
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder whose reasoning is judged." },
  traces: { type: "text", value: "FILE", explanation: "Traces written elsewhere, in place of a model." },
  plan: {
    type: "text",
    value: "FILE",
    explanation: "Prune the model by this plan; the dense model when absent.",
    needs: "model",
  },
  noise: {
    type: "number",
    value: "S",
    explanation: "Show the model noise of this seed in place of every picture.",
    needs: "model",
  },
  limit: { type: "number", value: "N", explanation: "Use only the first N samples." },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
  "any-weights": { type: "flag", explanation: "Take a plan that was made for other weights.", needs: "plan" },
  backend: { ...deviceOptions.backend, needs: "model" },
  precision: { ...deviceOptions.precision, needs: "model" },
  "picture-budget": { ...deviceOptions["picture-budget"], needs: "model" },
} as const;

const notes = `A traces file is {"traces": [ … ]}, one text for each sample of the samples file, in its order.
Scores are means: grounding and hallucination from 0 to 10, everything else a share. A trace of whose claims fewer than
half can be read has no hallucination and counts as grounding 0.`;

/** Tokens after which a trace is cut off: the longest reference has fewer than half as many. */
const TRACE_LIMIT = 300;

interface SceneSampleOnFile extends PictureSample {
  readonly scene: Scene;
}

export const judge = defineCommand({
  name: "judge",
  summary: "Check a model's reasoning about scenes, claim by claim: answers, grounding, hallucination, coherence.",
  notes,
  options,
  async run(given, context) {
    if (given.noise !== undefined) wholeNumber("noise", given.noise, 0);
    const samples = await readSceneSamples(given.samples, given.limit, context);
    const destination = await openDestination(given.out, context, {
      inputs: [given.model, given.samples, given.plan, given.traces],
    });
    if ((given.model === undefined) === (given.traces === undefined)) {
      throw new PivotscopeError("bad-input", "Give either --model or --traces.", "One of them is judged.");
    }
    const written =
      given.model === undefined
        ? { traces: await readTraces(given.traces ?? "", samples.length), place: null }
        : await writeTraces(given.model, samples, given, context);
    const judged = judgeAll(samples, written.traces);
    const result = {
      model: given.model ?? null,
      traces: given.traces ?? null,
      noise: given.noise ?? null,
      ...written.place,
      ...summariseJudgements(judged),
      samples: judged.map(describeJudgement),
    };
    await destination.write(`${JSON.stringify(result)}\n`);
  },
});

async function readSceneSamples(
  file: string,
  limit: number | undefined,
  context: CommandContext,
): Promise<readonly SceneSampleOnFile[]> {
  const { samples } = await readSamples(file, { limit }, context);
  return samples.map((sample, index) => {
    if (sample.kind === "picture" && sample.picture?.kind === "scene")
      return { ...sample, scene: sample.picture.scene };
    throw new PivotscopeError(
      "bad-input",
      `${file}: samples[${index}] has no scene to judge by.`,
      "Write samples with npm run scenes.",
    );
  });
}

/** The model's own greedy reasoning about each sample. */
async function writeTraces(
  folder: string,
  samples: readonly SceneSampleOnFile[],
  given: AskedDevice & {
    readonly plan: string | undefined;
    readonly noise: number | undefined;
    readonly "any-weights": boolean;
  },
  context: CommandContext,
): Promise<{ readonly traces: readonly string[]; readonly place: Place }> {
  const plan = await readPlan(given.plan);
  return withModel(folder, given, context, async (session, place) => {
    const masks = await masksForPlan(session, plan, given["any-weights"], context.signal);
    const line = createProgressLine(context);
    const traces: string[] = [];
    try {
      for (const { scene, question } of samples) {
        throwIfCancelled(context.signal);
        line.show(`Reasoning about scene ${traces.length + 1} of ${samples.length}`);
        const size = session.model.definition.vision?.imageSize ?? MODEL_PICTURE_SIZE;
        const picture =
          given.noise === undefined ? drawScene(scene, size) : drawNoise(size, given.noise + traces.length);
        const input = await session.prepareInput({ picture, question }, context.signal);
        const { ids } = await session.generate(input, { masks, maximumTokens: TRACE_LIMIT, signal: context.signal });
        traces.push(textOf(session, ids));
      }
    } finally {
      masks.release();
      line.clear();
    }
    return { traces, place };
  });
}

function textOf({ checkpoint }: Session, ids: readonly number[]): string {
  const written = ids.filter((id) => !checkpoint.stopIds.includes(id));
  return checkpoint.tokenizer?.decode(written).trim() ?? "";
}

/** Uniform noise in every channel, opaque: a picture without anything to see. */
function drawNoise(size: number, seed: number) {
  const random = createRandom(seed);
  const pixels = Uint8ClampedArray.from({ length: size * size * 4 }, (_, index) =>
    index % 4 === 3 ? 255 : random.integer(256),
  );
  return { width: size, height: size, pixels };
}
