import { afterAll, beforeAll, expect, it } from "vitest";
import type { BaselineStatistics, MatrixTerms } from "../../core/statistics.ts";
import { describeWithShared } from "../../testing/shared.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import { createMasks } from "../pass/masks.ts";
import type { MemoryLimits } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { openOracle } from "../testing/oracle-samples.ts";
import { excess, TINY_MEMORY } from "../testing/oracle-suite.ts";
import { calibrate } from "./calibrate.ts";

describeWithShared("what calibration leaves for other methods", (shared) => {
  let model: Model;
  let samples: PreparedSample[];

  beforeAll(async () => {
    ({ model, samples } = await openOracle(shared));
  });
  afterAll(() => model?.backend.dispose());

  const collect = async (
    chosen: readonly PreparedSample[],
    batchSize: number,
    batchesPerRun = 1,
    memory: MemoryLimits | null = null,
  ) => {
    const limits = memory ? { memory } : {};
    const rest = { batchSize, batchesPerRun, ...limits, window: 2, signal: undefined, onProgress: undefined };
    const { baselines } = await calibrate(model, { samples: chosen, ...rest });
    if (!baselines) throw new Error("Calibration left no baselines.");
    return baselines;
  };

  it("attributes to each unit how fast the trace's probabilities grow with it", async () => {
    const { probabilityAttribution } = await collect(samples, 2, 2);
    /** Σ P(y) over all trace tokens, with unit `unit` scaled by `factor`. */
    const probabilities = async (unit: number, factor: number): Promise<number> => {
      const index = model.layout.offsets.findLastIndex((offset) => offset <= unit);
      const module = model.layout.modules[index];
      if (!module) throw new Error("No such unit.");
      const dense = createMasks(model, null);
      const name = module.kind === "attn" ? "attention_mask" : "mlp_mask";
      const mask = dense.feeds(module.tower, module.layer)[name];
      const length = mask?.dims[0] ?? 0;
      const columns = length / module.unitCount;
      const first = (unit - (model.layout.offsets[index] ?? 0)) * columns;
      const scaled = model.backend.upload(new Float32Array(length).fill(1).fill(factor, first, first + columns), [
        length,
      ]);
      const feeds: typeof dense.feeds = (tower, layer) =>
        tower === module.tower && layer === module.layer
          ? { ...dense.feeds(tower, layer), [name]: scaled }
          : dense.feeds(tower, layer);
      let total = 0;
      for (const sample of samples) {
        const batch = createBatch([sample], model.imageTokenId);
        const tensor = await traceLogits(model, batch, { ...dense, feeds });
        const logits = await model.backend.read(tensor);
        model.backend.release(tensor);
        const vocabulary = logits.length / sample.trace.length;
        sample.trace.forEach((id, token) => {
          const row = logits.subarray(token * vocabulary, (token + 1) * vocabulary);
          const largest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
          const sum = row.reduce((all, value) => all + Math.exp(value - largest), 0);
          total += Math.exp((row[id] ?? Number.NaN) - largest) / sum;
        });
      }
      model.backend.release(scaled);
      dense.release();
      return total;
    };
    const step = 0.02;
    const found: number[] = [];
    const slopes: number[] = [];
    // A few units of every module of both towers.
    for (const [index, module] of model.layout.modules.entries()) {
      for (const place of [0, Math.floor(module.unitCount / 2)]) {
        const unit = (model.layout.offsets[index] ?? 0) + place;
        found.push(probabilityAttribution[unit] ?? Number.NaN);
        slopes.push(((await probabilities(unit, 1 + step)) - (await probabilities(unit, 1 - step))) / 2 / step);
      }
    }
    expect(slopes.some((slope) => slope > 0) && slopes.some((slope) => slope < 0)).toBe(true);
    const largest = Math.max(...slopes.map(Math.abs));
    slopes.forEach((slope, index) => {
      // Float32 probabilities leave about 1e-6 / step.
      expect(Math.abs((found[index] ?? Number.NaN) - slope)).toBeLessThan(0.01 * Math.abs(slope) + 0.003 * largest);
    });
  }, 300_000);

  it("takes Fisher terms per sample, and inputs whatever the batches", async () => {
    const alone: BaselineStatistics[] = [];
    for (const sample of samples) alone.push(await collect([sample], 1));
    const [together, side] = [await collect(samples, 2, 1), await collect(samples, 2, 2)];
    const grouped = await collect(samples, 2, 2, TINY_MEMORY);
    const matrices = (baselines: BaselineStatistics) => baselines.modules.flatMap((module) => module.matrices);
    const second = (baselines: BaselineStatistics | undefined, index: number) =>
      (baselines && matrices(baselines)[index]?.taylorSecond) ?? new Float64Array();
    matrices(together).forEach(({ taylorSecond }, index) => {
      // Batches (a, b) and (c): the mean over batches of the mean over their samples.
      const expected = Array.from(
        taylorSecond,
        (_, line) =>
          ((second(alone[0], index)[line] ?? 0) + (second(alone[1], index)[line] ?? 0)) / 4 +
          (second(alone[2], index)[line] ?? 0) / 2,
      );
      expect(excess(taylorSecond, expected)).toBeLessThan(1);
    });
    // How many batches or samples go through the graphs at once changes nothing.
    const names = ["absolute", "square", "taylorVector", "taylorFirst", "taylorSecond", "taylorMix"] as const;
    const numbers = (matrix: MatrixTerms | undefined) => names.flatMap((name) => [...(matrix?.[name] ?? [])]);
    for (const other of [side, grouped]) {
      matrices(other).forEach((matrix, index) => {
        expect(excess(numbers(matrix), numbers(matrices(together)[index]))).toBeLessThan(1);
      });
    }
    const oneByOne = await collect(samples, 1);
    together.modules.forEach(({ input }, index) => {
      for (const name of ["mean", "fluctuation", "fluctuationWelford", "energy"] as const) {
        for (const other of [side, grouped, oneByOne]) {
          expect(excess(input[name], other.modules[index]?.input[name] ?? [])).toBeLessThan(1);
        }
      }
    });
    expect(excess(together.probabilityAttribution, oneByOne.probabilityAttribution)).toBeLessThan(1);
    expect(excess(grouped.probabilityAttribution, together.probabilityAttribution)).toBeLessThan(1);
  }, 300_000);

  it("names every matrix of both towers, with as many lines as its units own", async () => {
    const { modules } = await collect(samples.slice(0, 1), 1);
    modules.forEach(({ matrices, input }, index) => {
      const { kind, tower, unitCount } = model.layout.modules[index] ?? {};
      const mlp = tower === "text" ? ["gate", "up", "down"] : ["fc1", "fc2"];
      expect(matrices.map(({ matrix }) => matrix)).toEqual(kind === "mlp" ? mlp : ["query", "key", "value", "output"]);
      for (const matrix of matrices) {
        expect(matrix.taylorFirst.length).toBe((unitCount ?? 0) * matrix.linesPerUnit);
        expect(matrix.absolute.every((value) => value > 0)).toBe(true);
      }
      expect(input.mean.length).toBe(matrices.at(-1)?.absolute.length);
    });
  }, 120_000);
});
