/** The sequential plan of Wanda-SP against the authors' code, and on the bundled model. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { methodNamed } from "../../core/methods/index.ts";
import { defaultParameters } from "../../core/parameters.ts";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { LlamaOracleFile } from "../../core/testing/llama-oracle.ts";
import type { ModuleKey } from "../../core/unit.ts";
import { parseSamples } from "../../models/samples.ts";
import { output } from "../../runtime/backend.ts";
import { describeWithShared, projectRoot } from "../../testing/shared.ts";
import { openNodeSession } from "../node-engine.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { encodeFrames } from "../pass/frames.ts";
import { layerFeeds } from "../pass/layer-feeds.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";
import { embedTokens } from "../pass/tokens.ts";
import { layerCount, layerOf } from "../pass/towers.ts";
import type { Session } from "../session.ts";
import { countTensors } from "../testing/count-tensors.ts";
import { openLlamaModel } from "../testing/llama-model.ts";
import { calibrate } from "./calibrate.ts";
import { planSequentialWanda, type SequentialProgress } from "./sequential-wanda.ts";

type Expected = Pick<LlamaOracleFile, "prune_wanda_sp_official"> & { readonly ids: readonly (readonly number[])[] };

/** Keep flags of a module. */
function flags({ layout }: Model, keep: Uint8Array, key: ModuleKey): number[] {
  const index = layout.modules.findIndex((module) => module.key === key);
  return Array.from(keep.subarray(layout.offsets[index], layout.offsets[index + 1]));
}

async function calibrated(model: Model, samples: readonly PreparedSample[]) {
  const request = { window: 8, batchesPerRun: 1, signal: undefined, onProgress: undefined };
  return calibrate(model, { ...request, samples, batchSize: samples.length });
}

describeWithShared("sequential Wanda-SP against its authors' code", (shared) => {
  let model: Model;
  let expected: Expected;
  let samples: PreparedSample[];

  beforeAll(async () => {
    ({ model, expected } = await openLlamaModel<Expected>(shared));
    samples = expected.ids.map((ids) => ({ prompt: ids.slice(0, 1), trace: ids.slice(1), pivots: [], frames: [] }));
  }, 60_000);
  afterAll(() => model?.backend.dispose());

  it("keeps what the code keeps, in every layer", async () => {
    const { ratio, head_mask, mlp_mask } = expected.prune_wanda_sp_official;
    const { keep } = await planSequentialWanda(model, samples, { ratio });
    const layers = Array.from(head_mask.keys());
    expect(layers).toHaveLength(4);
    expect(layers.map((layer) => flags(model, keep, `text.${layer}.attn`))).toEqual(
      head_mask.map((row) => row.map(Number)),
    );
    expect(layers.map((layer) => flags(model, keep, `text.${layer}.mlp`))).toEqual(
      mlp_mask.map((row) => row.map(Number)),
    );
    // Dense activations give other masks: otherwise the comparison would say nothing about the order of things.
    const statistics = await calibrated(model, samples);
    const dense = methodNamed("wanda-sp").plan(model.layout, statistics, defaultParameters(), ratio);
    expect(Array.from(dense.keep)).not.toEqual(Array.from(keep));
  }, 120_000);
});

describe("sequential Wanda-SP on the bundled model", () => {
  let session: Session;
  let samples: PreparedSample[];
  let alive: () => number;

  beforeAll(async () => {
    const folder = join(projectRoot, "public/models/scenes");
    session = await openNodeSession(folder);
    const file = join(folder, "calibration.json");
    const listed = parseSamples(await readFile(file, "utf8"), file).slice(0, 2);
    samples = [];
    for (const sample of listed) {
      const noPicture = () => Promise.reject(new Error("The samples draw their pictures."));
      samples.push(await session.prepareSample(sample, noPicture, defaultPivotParameters(), undefined));
    }
    alive = countTensors(session.model.backend);
  }, 60_000);
  afterAll(() => session?.dispose());

  it("starts each tower as the dense plan does, prunes both, and leaves nothing behind", async () => {
    const { model } = session;
    const ratio = 0.5;
    const uploaded = model.backend.uploadedBytes;
    const steps: SequentialProgress[] = [];
    const plan = await planSequentialWanda(model, samples, { ratio, onProgress: (step) => steps.push(step) });
    expect(model.backend.uploadedBytes).toBe(uploaded);
    expect(alive()).toBe(0);

    const layers = layerCount(model, "text");
    const visionLayers = layerCount(model, "vision");
    expect(steps).toHaveLength((layers + visionLayers) * 2 * samples.length);
    expect(steps[0]).toEqual({ tower: "vision", layer: 0, layers: visionLayers, runs: { done: 1, total: 4 } });
    expect(steps.at(-1)).toEqual({ tower: "text", layer: layers - 1, layers, runs: { done: 4, total: 4 } });

    const statistics = await calibrated(model, samples);
    const dense = methodNamed("wanda-sp").plan(model.layout, statistics, defaultParameters(), ratio);
    // The text tower's first layer already sees a pruned picture, so only vision starts from dense activations.
    for (const kind of ["attn", "mlp"] as const) {
      const key: ModuleKey = `vision.0.${kind}`;
      expect(flags(model, plan.keep, key), key).toEqual(flags(model, dense.keep, key));
    }
    const sums = (keep: Uint8Array) =>
      model.layout.modules.map(({ key }) => flags(model, keep, key).reduce((a, b) => a + b));
    expect(sums(plan.keep)).toEqual(sums(dense.keep));
    expect(plan.reachedRatio).toBeCloseTo(dense.reachedRatio, 12);
    expect(Array.from(plan.keep)).not.toEqual(Array.from(dense.keep));
  }, 120_000);

  it("scores as dense activations do where nothing is removed", async () => {
    const { model } = session;
    const plan = await planSequentialWanda(model, samples, { ratio: 0 });
    expect(plan.keep.every((kept) => kept === 1)).toBe(true);
    expect(plan.reachedRatio).toBe(0);
    const statistics = await calibrated(model, samples);
    const dense = methodNamed("wanda-sp").plan(model.layout, statistics, defaultParameters(), 0);
    const difference = plan.values.map((value, unit) => Math.abs(value / (dense.values[unit] ?? 0) - 1));
    expect(Math.max(...difference)).toBeLessThan(1e-3);
  }, 120_000);

  it("scores the text tower on what the pruned vision tower shows it", async () => {
    const { model } = session;
    const { backend, definition } = model;
    const plan = await planSequentialWanda(model, samples, { ratio: 0.5 });
    const masks = createMasks(model, plan.keep);
    const dense = createMasks(model, null);
    const first = definition.text.forward({ ...layerOf(definition.text, 0).shape, batch: 1, inputs: true });
    const program = await backend.compile(first);
    const energy = new Float64Array(layerOf(definition.text, 0).mlpColumns);
    for (const sample of samples) {
      const batch = createBatch([sample], model.imageTokenId);
      const features = (await encodeFrames(model, sample.frames, masks)).rows;
      const hidden = await embedTokens(model, batch, features);
      using scope = openScope(backend);
      const inputs = layerFeeds(
        scope,
        definition.text,
        [sample],
        batch.tokens,
        [1],
      )(layerOf(definition.text, 0), 0, scope);
      const outputs = await backend.run(program, {
        ...inputs?.feeds,
        ...model.layerFeeds("text", 0),
        ...dense.feeds("text", 0),
        hidden,
      });
      const values = await backend.read(output(outputs, "mlp_activation"));
      values.forEach((value, index) => {
        energy[index % energy.length] = (energy[index % energy.length] ?? 0) + value ** 2 / samples.length;
      });
      backend.release(features, hidden, ...Object.values(outputs));
    }
    masks.release();
    dense.release();
    const down = await backend.read(output(model.layerFeeds("text", 0), definition.text.projections.mlp));
    const index = model.layout.modules.findIndex(({ key }) => key === "text.0.mlp");
    const found = plan.values.subarray(model.layout.offsets[index], model.layout.offsets[index + 1]);
    const { width } = definition.text;
    const expected = Array.from(energy, (sum, column) => {
      let weights = 0;
      for (let row = 0; row < width; row++) weights += Math.abs(down[row * energy.length + column] ?? 0);
      return (weights / width) * Math.sqrt(sum);
    });
    expect(found).toHaveLength(expected.length);
    expect(Math.max(...expected.map((value, unit) => Math.abs((found[unit] ?? 0) / value - 1)))).toBeLessThan(1e-4);
  }, 120_000);

  it("stops in the middle and leaves nothing behind", async () => {
    const { model } = session;
    const uploaded = model.backend.uploadedBytes;
    for (const tower of ["vision", "text"] as const) {
      const controller = new AbortController();
      const stopped = planSequentialWanda(model, samples, {
        ratio: 0.5,
        signal: controller.signal,
        onProgress: (step) => {
          if (step.tower === tower && step.layer === 1 && step.runs.done === 3) controller.abort();
        },
      });
      await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
      expect(model.backend.uploadedBytes).toBe(uploaded);
      expect(alive()).toBe(0);
    }
  }, 120_000);

  it("refuses what it cannot score", async () => {
    const { model } = session;
    const bad = { code: "bad-input" };
    await expect(planSequentialWanda(model, [], { ratio: 0.5 })).rejects.toMatchObject(bad);
    await expect(planSequentialWanda(model, samples, { ratio: 1.5 })).rejects.toMatchObject(bad);
    const blind = samples.map((sample) => ({ ...sample, frames: [] }));
    await expect(planSequentialWanda(model, blind, { ratio: 0.5 })).rejects.toThrow(
      /none of the samples has a picture/,
    );
  });
});
