// @module-tag attack
/**
 * Whatever call of the backend fails, whatever was under way: nothing is left, nothing is released twice, nothing is used
 * after its release, and the failure comes out. Every operation runs on float32 weights and on float16, which are copied.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCheckpoint } from "../models/checkpoint.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import { openWeights } from "../models/open-weights.ts";
import type { Backend } from "../runtime/backend.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import { calibrate } from "./calibrate/calibrate.ts";
import { planSequentialWanda } from "./calibrate/sequential-wanda.ts";
import { readWeightStatistics } from "./calibrate/weight-statistics.ts";
import { checkHalfPrecision } from "./check/self-check.ts";
import { checkFusedGeneration } from "./check/self-check-generation.ts";
import { generateBatch } from "./generate/generate.ts";
import { createModel } from "./load/create-model.ts";
import { nodeDevice } from "./load/node-device.ts";
import { createAssessor } from "./measure/assess.ts";
import { denseTraceStates, evaluateSample } from "./measure/evaluate.ts";
import { createEvaluationSet } from "./measure/evaluation-set.ts";
import { observeLayers } from "./measure/layer-views.ts";
import type { PreparedSample } from "./pass/batch.ts";
import { createPruningMasks } from "./pass/compensation.ts";
import { createMasks } from "./pass/masks.ts";
import { memoryLimits } from "./pass/memory-plan.ts";
import type { WayToWrite } from "./pass/model.ts";
import { type Environment, openSession, type Session } from "./session.ts";
import { projectionColumns } from "./testing/columns.ts";
import { failEveryCall } from "./testing/fail-every-call.ts";
import { createFaultyBackend, type FaultyBackend, isFault } from "./testing/faulty-backend.ts";
import { createTinyFolder } from "./testing/tiny-checkpoint.ts";

const folder = createTinyFolder();
const TRACE = [9, 30, 41, 12, 77, 8];

function environmentOf(faulty: FaultyBackend): Environment {
  return { device: nodeDevice, decodePicture, createBackend: async () => faulty.backend };
}

describe.each(["float32", "float16"] as const)("failing calls, weights in %s", (precision) => {
  const faulty = createFaultyBackend(createNodeBackend({ threads: 1 }), { holdsConstants: precision === "float32" });
  let session: Session;
  let samples: PreparedSample[];

  beforeAll(async () => {
    session = await openSession(environmentOf(faulty), folder, { backend: "cpu", precision });
    const inputs = await createEvaluationSet(session).prepare([0, 1, 2]);
    samples = inputs.map((input, index) => ({ ...input, trace: TRACE.slice(index), pivots: [2] }));
  });
  afterAll(() => session?.dispose());

  const check = async (...[operation, options]: [() => Promise<unknown>, Parameters<typeof failEveryCall>[2]?]) => {
    const report = await failEveryCall(faulty, operation, {
      forget: () => session.model.programs.discard(),
      ...options,
    });
    expect(report.findings).toEqual([]);
    expect(report.faults).toBeGreaterThan(3);
  };
  /** Groups of one sample, and logits of a few rows at a time. */
  const small = () => ({ ...memoryLimits(faulty.backend), layer: 1, logits: 5 * 3 * 640 * 4, paddedPatches: 0 });
  const keep = () => Uint8Array.from({ length: session.model.layout.unitCount }, (_, unit) => (unit % 3 ? 1 : 0));
  const means = () => {
    return new Float32Array(projectionColumns(session.model.definition)).fill(0.5);
  };
  const rest = { signal: undefined, onProgress: undefined };

  it("calibrate", async () => {
    const request = { samples, batchSize: 2, window: 2, ...rest };
    await check(() => calibrate(session.model, { ...request, memory: small() }));
    await check(() => calibrate(session.model, { ...request, batchesPerRun: 2 }));
  });

  it("read sums over weights", async () => {
    await check(() => readWeightStatistics(session.model));
  });

  it("plan layer by layer", async () => {
    await check(() => planSequentialWanda(session.model, samples.slice(0, 2), { ratio: 0.5 }));
  });

  it("observe layers", async () => {
    await check(() => observeLayers(session.model, samples.slice(0, 2), { outlierFactor: 3, ...rest }));
  });

  it("compensate and evaluate", async () => {
    const { model, denseMasks } = session;
    await check(async () => createMasks(model, keep()).release());
    await check(async () => (await createPruningMasks(model, { keep: keep(), meanInputs: means() })).release());
    const masks = await createPruningMasks(model, { keep: keep(), meanInputs: means() });
    const [sample] = samples as [PreparedSample];
    await check(async () => model.backend.release(await denseTraceStates(model, sample, denseMasks)));
    const dense = await denseTraceStates(model, sample, denseMasks);
    await check(() => evaluateSample(model, sample, masks, dense));
    model.backend.release(dense);
    masks.release();
  });

  it.each<[WayToWrite, string]>([
    ["layers", "its own"],
    ["fused", "its own"],
    ["fused", "the GPU's"],
    ["whole", "its own"],
  ])("write, %s, with %s cache", async (way, cache) => {
    const backend: Backend = Object.create(session.model.backend, { writesInPlace: { value: cache !== "its own" } });
    const model = { ...session.model, backend };
    const masks = await createPruningMasks(model, { keep: keep(), meanInputs: means() });
    const request = { masks, stopIds: [], signal: undefined, way };
    const toWrite = samples.map(({ trace, pivots, ...input }, index) => ({
      input,
      prefix: trace.slice(0, index),
      maximumTokens: index === 0 ? 6 : 2,
    }));
    await check(() => generateBatch(model, { ...request, samples: toWrite }));
    await check(() => generateBatch(model, { ...request, samples: toWrite.slice(1, 2) }));
    masks.release();
  });

  it("assess", async () => {
    const masks = createMasks(session.model, keep());
    const tokens = TRACE.map((id) => ({ id, text: "" }));
    const known = new Map([0, 2].map((place) => [place, { tokens, text: "", finish: "length" as const }]));
    await check(async () => {
      const assessor = createAssessor(session, createEvaluationSet(session), known);
      try {
        await assessor.assess({ samples: [0, 2], generate: true }, masks, {});
      } finally {
        assessor.release();
      }
    });
    masks.release();
  });
});

describe("failing calls while a model is opened", () => {
  it.each(["float32", "float16"] as const)("load, %s", async (precision) => {
    const faulty = createFaultyBackend(createNodeBackend({ threads: 1 }));
    const weights = await openWeights(folder);
    const { config } = await openCheckpoint(folder);
    const report = await failEveryCall(faulty, async () => {
      const { outerFeeds, layerFeeds, layout } = await createModel(faulty.backend, config, weights, { precision });
      const held = new Set(Object.values(outerFeeds));
      for (const { tower, layer } of layout.modules) {
        for (const tensor of Object.values(layerFeeds(tower, layer))) held.add(tensor);
      }
      faulty.backend.release(...held);
    });
    expect(report.findings).toEqual([]);
    expect(report.faults).toBeGreaterThan(3);
  });

  it("gives the backend back when a model cannot be opened", async () => {
    const faulty = createFaultyBackend(createNodeBackend({ threads: 1 }));
    let disposed = 0;
    const dispose = async () => {
      disposed += 1;
    };
    const backend: Backend = Object.create(faulty.backend, { dispose: { value: dispose } });
    const environment: Environment = { device: nodeDevice, decodePicture, createBackend: async () => backend };
    await openSession(environment, folder, { backend: "cpu" });
    expect(disposed).toBe(0);
    const calls = faulty.calls();
    for (let call = 1; call <= calls; call++) {
      faulty.failAt(call);
      await expect(openSession(environment, folder, { backend: "cpu" })).rejects.toSatisfy(isFault);
      expect(disposed).toBe(call);
    }
  });

  it("check the device", async () => {
    const faulty = createFaultyBackend(createNodeBackend({ threads: 1 }));
    const { checkpoint } = await openSession(
      environmentOf(createFaultyBackend(createNodeBackend({ threads: 1 }))),
      folder,
      {
        backend: "cpu",
      },
    );
    for (const operation of [
      () => checkHalfPrecision(faulty.backend, checkpoint.config),
      () => checkFusedGeneration(faulty.backend, checkpoint.config, "float16"),
    ]) {
      const report = await failEveryCall(faulty, operation, { swallows: true });
      expect(report.findings).toEqual([]);
      expect(report.faults).toBeGreaterThan(3);
    }
  });
});
