import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithShared } from "../../testing/shared.ts";
import { compareStates } from "../measure/evaluate.ts";
import { type Batch, createBatch, type PreparedSample } from "../pass/batch.ts";
import { encodeFrames } from "../pass/frames.ts";
import { lastStates } from "../pass/last-states.ts";
import { createMasks } from "../pass/masks.ts";
import { memoryLimits } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { joinRows } from "../pass/rows.ts";
import { openScope } from "../pass/scope.ts";
import { groupRows } from "../pass/tokens.ts";
import { visionOf } from "../pass/towers.ts";
import { countTensors } from "../testing/count-tensors.ts";
import { lackingMemory } from "../testing/lacking-memory.ts";
import { openOracle } from "../testing/oracle-samples.ts";
import { excess, TINY_MEMORY } from "../testing/oracle-suite.ts";
import { calibrate } from "./calibrate.ts";

describeWithShared("passes in groups of samples", (shared) => {
  let model: Model;
  let samples: PreparedSample[];
  let batch: Batch;
  let alive: () => number;

  beforeAll(async () => {
    ({ model, samples } = await openOracle(shared));
    batch = createBatch([...samples, null], model.imageTokenId);
    alive = countTensors(model.backend);
  });
  afterAll(() => model?.backend.dispose());

  it("give the features of real frames only, in their order", async () => {
    const masks = createMasks(model, null);
    const frames = samples.flatMap((sample) => sample.frames);
    const padded = [...frames, null];
    const whole = (await encodeFrames(model, padded, masks)).rows;
    const grouped = (await encodeFrames(model, padded, masks, { memory: TINY_MEMORY })).rows;
    const found = await model.backend.read(grouped);
    const { largestFrame, textWidth } = visionOf(model);
    expect(whole.dims[0]).toBe(4 * largestFrame.tokens);
    expect(grouped.dims).toEqual([3 * largestFrame.tokens, textWidth]);
    expect(excess(found, (await model.backend.read(whole)).subarray(0, found.length))).toBeLessThan(1);
    model.backend.release(whole, grouped);
    masks.release();
    expect(alive()).toBe(0);
  });

  it("give the same hidden states of every real token, and the same measurements", async () => {
    const dense = createMasks(model, null);
    const keep = Uint8Array.from({ length: model.layout.unitCount }, (_, unit) => (unit % 4 === 0 ? 0 : 1));
    const masks = createMasks(model, keep);
    const wholes = [await lastStates(model, batch, dense), await lastStates(model, batch, masks)] as const;
    const groups = [
      await lastStates(model, batch, dense, undefined, TINY_MEMORY),
      await lastStates(model, batch, masks, undefined, TINY_MEMORY),
    ] as const;
    const expected = await compareStates(model, batch, ...wholes);
    const found = await compareStates(model, batch, ...groups, TINY_MEMORY);
    expect(found.kl.length).toBe(batch.positions.length);
    expect(excess(found.nll, expected.nll)).toBeLessThan(1);
    expect(excess(found.denseNll, expected.denseNll)).toBeLessThan(1);
    found.kl.forEach((value, token) => {
      expect(Math.abs(value - (expected.kl[token] ?? Number.NaN))).toBeLessThan(1e-5);
    });
    expect(found.argmax).toEqual(expected.argmax);
    expect(Math.max(...found.kl)).toBeGreaterThan(0.001);
    model.backend.release(...wholes, ...groups);
    masks.release();
    dense.release();
    expect(alive()).toBe(0);
  });

  it("release everything when they are cancelled on the way", async () => {
    for (const stop of [1, 4, 9, 13, 15]) {
      const controller = new AbortController();
      let steps = 0;
      const calibration = calibrate(model, {
        samples,
        batchSize: 2,
        window: 2,
        memory: TINY_MEMORY,
        signal: controller.signal,
        onProgress: () => {
          steps += 1;
          if (steps === stop) controller.abort();
        },
      });
      await expect(calibration).rejects.toMatchObject({ code: "cancelled" });
      expect(steps).toBe(stop);
      expect(alive()).toBe(0);
    }
  });

  it("keep the failure of an upload to themselves, also when they are cancelled", async () => {
    for (const cancelled of [false, true]) {
      const { model: lacking } = lackingMemory(model);
      const controller = new AbortController();
      const calibration = calibrate(lacking, {
        samples,
        batchSize: 2,
        window: 2,
        signal: controller.signal,
        onProgress: () => {
          if (cancelled) controller.abort();
        },
      });
      await expect(calibration).rejects.toMatchObject({ code: cancelled ? "cancelled" : "out-of-memory" });
      await lacking.backend.settle();
      expect(alive()).toBe(0);
    }
  });

  it("leave padding to small models: a short batch is a run of its own otherwise", async () => {
    const rest = { samples, batchSize: 2, window: 2, signal: undefined, onProgress: undefined };
    const memory = { ...memoryLimits(model.backend), paddedPatches: 0 };
    const padded = await calibrate(model, { ...rest, batchesPerRun: 2 });
    const bare = await calibrate(model, { ...rest, batchesPerRun: 2, memory });
    expect([bare.batches, bare.pivotBatches]).toEqual([padded.batches, padded.pivotBatches]);
    expect(excess(bare.attributionGlobal, padded.attributionGlobal)).toBeLessThan(1);
    expect(excess(bare.attributionPivot, padded.attributionPivot)).toBeLessThan(1);
    expect(alive()).toBe(0);
  });

  it("find their rows and features in the batch's", () => {
    const rows = groupRows(batch, { first: 1, end: 3 });
    const total = batch.ids.length;
    const features = samples[0]?.prompt.filter((id) => id === model.imageTokenId).length ?? 0;
    expect(rows.ids).toEqual(batch.ids.slice(batch.tokens, 3 * batch.tokens));
    expect(rows.imageRows.length).toBe(2 * features);
    rows.imageRows.forEach((row, index) => {
      expect(rows.ids[row]).toBe(model.imageTokenId);
      // Features of the whole batch lie behind the group's own rows; the first sample's come first.
      expect(rows.mergeIndex[row]).toBe(rows.ids.length + features + index);
      expect(batch.mergeIndex[row + batch.tokens]).toBe(total + features + index);
    });
    expect(groupRows(batch, { first: 0, end: 4 })).toBe(batch);
  });

  it("are joined row by row, however many there are", async () => {
    const { backend } = model;
    for (const count of [1, 2, 4, 5, 17]) {
      const parts = Array.from({ length: count }, (_, part) =>
        backend.upload(Float32Array.of(2 * part, 2 * part + 1), [1, 2]),
      );
      const expected = Array.from({ length: 2 * count }, (_, index) => index);
      {
        using scope = openScope(backend);
        const joined = await joinRows(scope, model, parts);
        expect(joined.dims).toEqual([count, 2]);
        expect(Array.from(await backend.read(joined))).toEqual(expected);
        // Nothing beside the parts and what they are joined to.
        expect(alive()).toBe(count === 1 ? 1 : count + 1);
      }
      expect(alive()).toBe(count);
      backend.release(...parts);
      expect(alive()).toBe(0);
    }
  });
});
