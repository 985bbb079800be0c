/** Long lists of samples on the bundled model: frames are asked for when they are needed, a few at a time. */

import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultPivotParameters } from "../../core/pivots.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { SampleProgress, Trace } from "../contract.ts";
import { traceOfGeneration } from "../generate/trace-text.ts";
import { createAssessor } from "../measure/assess.ts";
import {
  createEvaluationSet,
  createSampleSet,
  type EvaluationSet,
  type SampleSource,
} from "../measure/evaluation-set.ts";
import { openNodeSession } from "../node-engine.ts";
import { loadSample } from "../pass/batch.ts";
import { hashFrames } from "../pass/picture-hash.ts";
import type { Session } from "../session.ts";
import { calibrate } from "./calibrate.ts";
import { createFolderCalibrationSet, createOwnCalibrationSet } from "./calibration-set.ts";

const ENTRY = {
  kind: "picture",
  picture: null,
  question: "Why?",
  trace: null,
  answer: null,
  family: null,
  questionKind: null,
} as const;

let session: Session;
let evaluation: EvaluationSet;

beforeAll(async () => {
  session = await openNodeSession(join(projectRoot, "public/models/scenes"));
  evaluation = createEvaluationSet(session);
}, 60_000);
afterAll(() => session?.dispose());

/** `set`, and how many frames it was asked for at a time. */
function watched(set: EvaluationSet): { readonly set: EvaluationSet; readonly asked: number[] } {
  const asked: number[] = [];
  const prepare: EvaluationSet["prepare"] = (places, signal) => {
    asked.push(places.length);
    return set.prepare(places, signal);
  };
  return { set: { ...set, prepare }, asked };
}

function sourceOf(count: number, prepare: SampleSource["prepare"]): SampleSource {
  const read = async () => Array.from({ length: count }, () => ENTRY);
  return { name: "The list", sampleName: "Listed sample", read, prepare };
}

it("a set keeps outlines of samples whose frames it had to let go, and prepares those again", async () => {
  const prepared: number[] = [];
  const set = createSampleSet(
    sourceOf(5, async (_, place) => {
      prepared.push(place);
      // Three of them exceed what is kept.
      return {
        prompt: [place, 7],
        frames: [{ patches: 1, tokens: 1, grid: { rows: 1, columns: 1 }, values: new Float32Array(12 * 2 ** 20) }],
      };
    }),
  );
  const pictureHash = await hashFrames([
    { patches: 1, tokens: 1, grid: { rows: 1, columns: 1 }, values: new Float32Array(12 * 2 ** 20) },
  ]);
  const outlines = [0, 1, 2, 3, 4].map((place) => ({ prompt: [place, 7], frameCount: 1, pictureHash }));
  expect(await set.outlines([0, 1, 2, 3, 4])).toEqual(outlines);
  expect(await set.outlines([4, 0])).toEqual([outlines[4], outlines[0]]);
  expect(prepared).toEqual([0, 1, 2, 3, 4]);
  await set.prepare([4, 3]);
  expect(prepared).toHaveLength(5);
  await set.prepare([0]);
  expect(prepared).toEqual([0, 1, 2, 3, 4, 0]);
});

it("traces are written with the frames of one batch", async () => {
  const { set, asked } = watched(evaluation);
  const controller = new AbortController();
  const places = Array.from({ length: 40 }, (_, place) => place);
  const writing = createAssessor(session, set).writeTraces(places, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(writing).rejects.toMatchObject({ code: "cancelled" });
  expect(asked).toEqual([32]);
});

it("calibration takes the frames of one run at a time, and comes to the same", async () => {
  const { set, asked } = watched(evaluation);
  const places = [0, 1, 2, 3];
  const known = new Map<number, Trace>(
    places.map((place) => [place, traceOfGeneration(session.checkpoint, { ids: [9 + place, 5], finish: "length" })]),
  );
  const calibrationSet = createOwnCalibrationSet(session, places.length, set, createAssessor(session, set, known));
  const listed = await calibrationSet.prepare(undefined, defaultPivotParameters(), {});
  expect(asked).toEqual([]);

  const request = { batchSize: 2, batchesPerRun: 1, window: 2, signal: undefined };
  const loadedBy: number[] = [];
  const statistics = await calibrate(session.model, {
    ...request,
    samples: listed,
    onProgress: ({ sample }) => {
      if (sample !== loadedBy.at(-2)) loadedBy.push(sample, asked.length);
    },
  });
  expect(loadedBy).toEqual([2, 2, 4, 4]);
  expect(asked).toEqual([1, 1, 1, 1]);
  const samples = await Promise.all(listed.map((sample) => loadSample(sample)));
  expect(samples.every(({ frames }) => frames.length === 1)).toBe(true);
  expect(await calibrate(session.model, { ...request, samples, onProgress: undefined })).toEqual(statistics);
}, 60_000);

it("the folder's samples have the traces that came with them, and those that the model writes for the others", async () => {
  const [first, second] = session.checkpoint.calibration ?? [];
  if (!first || !second) throw new Error("The bundled model has calibration samples.");
  const checkpoint = { ...session.checkpoint, calibration: [first, { ...second, trace: null }] };
  const set = createFolderCalibrationSet({ ...session, checkpoint });
  const progress: SampleProgress[] = [];
  const call = { onProgress: (one: SampleProgress) => progress.push(one) };
  const [given, written] = await set.prepare(undefined, null, call);
  expect(given?.trace).toEqual(session.encodeTrace(first.trace ?? ""));
  const input = await session.prepareQuestion(second, () => Promise.reject(new Error("Scenes are drawn.")));
  expect(written?.trace).toEqual((await session.generate(input, {})).ids);
  expect(await written?.load()).toEqual({ ...input, trace: written?.trace, pivots: [] });
  expect(progress).toEqual([1, 2].map((done) => ({ done, total: 2 })));
  // The second time there is nothing to write.
  expect(await set.prepare(1, null, call)).toHaveLength(1);
  expect(progress).toHaveLength(2);
}, 60_000);

it("a sample without room is called by its own name, counted from 1", async () => {
  const { maximumTokens } = session.summary;
  const full = async () => ({ prompt: Array<number>(maximumTokens).fill(5), frames: [] });
  const assessor = createAssessor(session, createSampleSet(sourceOf(4, full)));
  await expect(assessor.writeTraces([3], {})).rejects.toMatchObject({
    code: "bad-input",
    message: "Listed sample 4 leaves the model no room to write: its prompt fills all positions.",
  });
});
