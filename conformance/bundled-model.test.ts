/**
 * The bundled model on WebGPU, in single and, where the device has it, in half precision: what it writes is what
 * transformers writes, and what is measured is what the cpu backend measures. Not among Chromium's GPU tests, whose software
 * GPU takes 15 s for a calibration sample and has no half precision.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { methodNamed } from "../src/core/methods/index.ts";
import { defaultParameters } from "../src/core/parameters.ts";
import { defaultPivotParameters } from "../src/core/pivots.ts";
import type { Statistics } from "../src/core/statistics.ts";
import { calibrate } from "../src/engine/calibrate/calibrate.ts";
import { createFolderCalibrationSet } from "../src/engine/calibrate/calibration-set.ts";
import type { LoadOptions } from "../src/engine/contract.ts";
import { browserDevice } from "../src/engine/load/browser-device.ts";
import { denseTraceStates, evaluateSample } from "../src/engine/measure/evaluate.ts";
import { loadSample } from "../src/engine/pass/batch.ts";
import { createMasks } from "../src/engine/pass/masks.ts";
import { openSession, type Session } from "../src/engine/session.ts";
import { countTensors } from "../src/engine/testing/count-tensors.ts";
import reference from "../src/engine/testing/scenes-reference.json";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../src/runtime/browser.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../src/scenes/draw/draw-scene.ts";
import { parseScene } from "../src/scenes/scene-json.ts";
import { openBundledFolder } from "../src/testing/bundled-folder.ts";

// A software GPU that shares few cores with others takes minutes for a calibration.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

/** Questions that are asked: a software GPU writes some tokens a second. */
const QUESTIONS = reference.evaluation.slice(0, 2);
/** Two batches, the second of which is not full. */
const SAMPLES = 3;
const BATCH = 2;
const WINDOW = 2;
/** A ratio at which the model has begun to break, so that KL is not only rounding. */
const RATIO = 0.6;

/**
 * Shares that 99 % and all of the numbers may differ by from the cpu's. The same in both precisions: what is measured
 * computes in float32 on copies of the weights, and of the file's BF16 float16 loses only what is below 2⁻¹⁷.
 */
const TOLERANCES = {
  attributionGlobal: [5e-5, 5e-4],
  attributionPivot: [5e-5, 5e-4],
  cmds: [5e-6, 5e-6],
  sens: [2e-6, 2e-6],
} as const;
/** Nats, for KL of up to 16; likelihoods are near 0. */
const TOLERANCE_KL = 1e-4;
const TOLERANCE_NLL = 1e-6;
/** Units of 5,696 that are kept or not by less than rounding. */
const NEAR_TIES = 2;

const able = (await navigator.gpu.requestAdapter())?.features.has("shader-f16") === true;

const NOTES = {
  float32: able ? "Single precision, as asked for; this GPU has half precision too." : "",
  float16: "",
} as const;

async function open(options: LoadOptions): Promise<Session> {
  return openSession(
    {
      device: browserDevice,
      createBackend: (kind, largestBuffer) =>
        kind === "cpu" ? createBrowserCpuBackend() : createBrowserWebGpuBackend({ largestBuffer }),
      decodePicture: () => Promise.reject(new Error("The bundled model's samples are drawn.")),
    },
    await openBundledFolder(),
    options,
  );
}

const samplesOf = (session: Session) =>
  createFolderCalibrationSet(session).prepare(SAMPLES, { ...defaultPivotParameters(), window: WINDOW }, {});

async function statisticsOf(session: Session): Promise<Statistics> {
  const samples = await samplesOf(session);
  const quiet = { signal: undefined, onProgress: undefined };
  return calibrate(session.model, { samples, batchSize: BATCH, window: WINDOW, ...quiet });
}

/** KL of every token of the first samples' traces under the model that keeps `keep`, and their likelihood under the whole. */
async function divergenceOf(session: Session, keep: Uint8Array) {
  const { model, denseMasks } = session;
  const masks = createMasks(model, keep);
  const kl: number[] = [];
  const denseNll: number[] = [];
  for (const listed of (await samplesOf(session)).slice(0, BATCH)) {
    const sample = await loadSample(listed);
    const states = await denseTraceStates(model, sample, denseMasks);
    const measured = await evaluateSample(model, sample, masks, states);
    kl.push(...measured.kl);
    denseNll.push(...measured.denseNll);
    model.backend.release(states);
  }
  masks.release();
  return { kl, denseNll };
}

const largestDifference = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  Math.max(...Array.from(expected, (value, index) => Math.abs((found[index] ?? Number.NaN) - value)));

/** Differences as shares of the expected numbers, ascending; a number that is 0 has to be found. */
function shares(found: ArrayLike<number>, expected: ArrayLike<number>): number[] {
  const share = (value: number, other = Number.NaN) =>
    value === other ? 0 : Math.abs(other - value) / Math.abs(value);
  return Array.from(expected, (value, index) => share(value, found[index])).sort((left, right) => left - right);
}

let cpu: { statistics: Statistics; keep: Uint8Array; kl: number[]; denseNll: number[] };

beforeAll(async () => {
  const session = await open({ backend: "cpu" });
  const statistics = await statisticsOf(session);
  const { keep } = methodNamed("mucrasp").plan(session.model.layout, statistics, defaultParameters(), RATIO);
  cpu = { statistics, keep, ...(await divergenceOf(session, keep)) };
  await session.dispose();
});

describe.each(able ? (["float32", "float16"] as const) : (["float32"] as const))(
  "the bundled model in %s",
  (precision) => {
    let session: Session;
    let statistics: Statistics;
    let held: () => number;
    beforeAll(async () => {
      session = await open({ backend: "webgpu", precision });
      held = countTensors(session.model.backend);
    });
    afterAll(() => session?.dispose());

    it("loads, and passes the checks of its device", () => {
      expect(session.summary).toMatchObject({ backend: "webgpu", precision, precisionNote: NOTES[precision] });
      expect(session.model.generationWay).not.toBe("layers");
    });

    it.each(QUESTIONS)("answers as transformers does: $question", async ({ objects, question, greedy_ids }) => {
      const picture = drawScene(parseScene(objects, "scene"), MODEL_PICTURE_SIZE);
      const { ids } = await session.generate(await session.prepareInput({ picture, question }), {});
      expect(ids).toEqual(greedy_ids);
    });

    it("calibrates as the cpu does", async () => {
      statistics = await statisticsOf(session);
      for (const [name, [most, every]] of Object.entries(TOLERANCES)) {
        const field = name as keyof typeof TOLERANCES;
        const all = shares(statistics[field], cpu.statistics[field]);
        expect(all[Math.floor(all.length * 0.99)], `${name}, 99 %`).toBeLessThan(most);
        expect(all.at(-1), `${name}, all`).toBeLessThan(every);
      }
    });

    it("keeps the units that the cpu keeps, and diverges as on the cpu", async () => {
      const { keep } = methodNamed("mucrasp").plan(session.model.layout, statistics, defaultParameters(), RATIO);
      const others = keep.reduce((count, kept, unit) => count + Number(kept !== cpu.keep[unit]), 0);
      const { kl, denseNll } = await divergenceOf(session, cpu.keep);
      expect(others).toBeLessThanOrEqual(NEAR_TIES);
      expect(Math.max(...cpu.kl)).toBeGreaterThan(1);
      expect(largestDifference(kl, cpu.kl)).toBeLessThan(TOLERANCE_KL);
      expect(largestDifference(denseNll, cpu.denseNll)).toBeLessThan(TOLERANCE_NLL);
      expect(held()).toBe(0);
    });
  },
);
