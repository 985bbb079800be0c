/** Loads a model on the GPU in one precision, checks it, and measures load, prefill, decode and calibration. */
import type { Statistics } from "../src/core/statistics.ts";
import { calibrate } from "../src/engine/calibrate/calibrate.ts";
import { type HeadlessHome, openHeadlessSession } from "../src/engine/headless-engine.ts";
import type { PreparedInput, PreparedSample } from "../src/engine/pass/batch.ts";
import type { Session } from "../src/engine/session.ts";
import type { Precision } from "../src/graph/precision.ts";
import { repeated, spreadOf, timed } from "./budget.ts";
import type { Material } from "./materials.ts";
import type { About, Recorder } from "./recorder.ts";

/** Samples whose gradients add up, and trace tokens beside a pivot: what the bundled model recommends. */
export const BATCH_SIZE = 2;
const WINDOW = 2;

/** Calibrates once; the recorder's budget ends it. */
export function calibrateOnce({ model }: Session, samples: readonly PreparedSample[], { budget }: Recorder) {
  const { signal } = budget;
  return calibrate(model, { samples, batchSize: BATCH_SIZE, window: WINDOW, signal, onProgress: undefined });
}

/** Seconds to the first token and tokens per second behind it. */
async function write(session: Session, input: PreparedInput, tokens: number, signal: AbortSignal) {
  const start = performance.now();
  const times: number[] = [];
  await session.generate(input, { maximumTokens: tokens, signal, onToken: () => times.push(performance.now()) });
  const first = times[0] ?? Number.NaN;
  const last = times.at(-1) ?? Number.NaN;
  return {
    first: (first - start) / 1000,
    perSecond: (times.length - 1) / ((last - first) / 1000),
    count: times.length,
  };
}

async function measureWriting(session: Session, input: PreparedInput, material: Material, recorder: Recorder, of: Of) {
  const { budget } = recorder;
  const decoded: number[] = [];
  let written = 0;
  await recorder.measure(of("prefill"), "tokens/s", `${input.prompt.length} tokens, of a picture among them`, () =>
    repeated(budget, material.repeats, async () => {
      const { first, perSecond, count } = await write(session, input, material.tokens, budget.signal);
      // The first one warms up.
      if (written > 0) decoded.push(perSecond);
      written = count;
      return input.prompt.length / first;
    }),
  );
  await recorder.measure(of("decode"), "tokens/s", `${written} tokens`, async () => {
    if (decoded.length === 0) throw new Error("No text was written.");
    return spreadOf(decoded);
  });
}

type Of = (name: string) => About;

const CHECKS = {
  half: "half precision against single precision",
  fused: "fused text generation against layers",
  reference: "model against transformers",
} as const;

/** What is checked of a model once it is loaded. */
function checksOf({ check }: Material, precision: Precision): readonly string[] {
  return [...(precision === "float16" ? [CHECKS.half] : []), CHECKS.fused, ...(check ? [CHECKS.reference] : [])];
}

async function measureSession(
  session: Session,
  material: Material,
  recorder: Recorder,
  of: Of,
): Promise<Statistics | null> {
  const { summary, model } = session;
  if (of("").precision === "float16") {
    await recorder.check(of(CHECKS.half), async () => ({
      passed: summary.precision === "float16",
      detail: summary.precisionNote || "within what rounding explains",
    }));
    if (summary.precision !== "float16") return null;
  }
  await recorder.check(of(CHECKS.fused), async () => ({
    passed: model.generationWay === "whole",
    detail: model.generationWay === "whole" ? "" : summary.precisionNote,
  }));
  const { check } = material;
  if (check) await recorder.check(of(CHECKS.reference), () => check(session, recorder.budget.signal));
  const { input, samples } = await material.prepare(session, recorder.budget.signal);
  await measureWriting(session, input, material, recorder, of);
  return measureCalibration(session, samples, material, recorder, of);
}

/** Seconds for one batch above which no more is calibrated at once: software, whose times nobody compares. */
const SLOW_BATCH = 20;

async function measureCalibration(
  session: Session,
  samples: readonly PreparedSample[],
  { repeats }: Material,
  recorder: Recorder,
  of: Of,
): Promise<Statistics | null> {
  let statistics: Statistics | null = null;
  const batch = samples.slice(0, BATCH_SIZE);
  let used = samples;
  await recorder.measure(of("calibration"), "s/sample", `in batches of ${BATCH_SIZE} samples`, async () => {
    const first = await timed(() => calibrateOnce(session, batch, recorder));
    if (first.seconds > SLOW_BATCH) used = batch;
    statistics = first.result;
    return repeated(recorder.budget, Math.ceil(repeats / 2), async () => {
      const { seconds } = await timed(() => calibrateOnce(session, used, recorder));
      return seconds / used.length;
    });
  });
  return statistics;
}

/**
 * Adds everything about `material` in `precision` to the recorder.
 * @returns what calibrating on one batch gave; null where there was none.
 */
export async function measureModel(
  home: HeadlessHome,
  material: Material,
  precision: Precision,
  recorder: Recorder,
): Promise<Statistics | null> {
  const of: Of = (name) => ({ name, model: material.name, precision });
  let session: Session | null = null;
  const { signal } = recorder.budget;
  const detail = "from the disk, with the checks of the GPU";
  await recorder.measure(of("load"), "s", detail, async () => {
    const opened = await timed(() =>
      openHeadlessSession(home, material.folder, { backend: "webgpu", precision }, { signal }),
    );
    session = opened.result;
    return spreadOf([opened.seconds]);
  });
  // Assigned in the task above, which TypeScript does not see.
  const loaded = session as Session | null;
  if (loaded === null) {
    for (const name of checksOf(material, precision)) recorder.skipCheck(of(name), "The model was not loaded.");
    return null;
  }
  let statistics: Statistics | null = null;
  try {
    statistics = await measureSession(loaded, material, recorder, of);
  } catch (error) {
    // What is inside has recorded its own failures; what fails between them is one more.
    recorder.fail(of("preparation"), error);
  } finally {
    await loaded.dispose().catch(() => undefined);
  }
  return statistics;
}
