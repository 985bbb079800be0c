import { describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { sweepDescription, windowsDescription } from "../../core/experiments/description.ts";
import type { ExperimentDescription, ExperimentResult } from "../../core/experiments/experiment.ts";
import { mergeResults } from "../../core/experiments/merge.ts";
import { parseResult, serialiseResult } from "../../core/experiments/result-json.ts";
import { ablationSeries, methodSeries } from "../../core/experiments/series.ts";
import { defaultParameters } from "../../core/parameters.ts";
import { FAKE_EVALUATION_SET } from "../testing/fake-answers.ts";
import { createFakeEngine } from "../testing/fake-engine.ts";
import { fakeLayout } from "../testing/fake-model.ts";
import { type ExperimentProgress, type ExperimentRun, runExperiment } from "./experiment.ts";
import { createStatisticsSource } from "./experiment-statistics.ts";

const parameters = defaultParameters();
const common = { samplesPerFamily: null, generate: true } as const;
const sweep = sweepDescription({
  ...common,
  series: methodSeries(["mucrasp", "random"], parameters),
  ratios: [0, 0.3, 0.6],
});

function setUp(description: ExperimentDescription, options: Partial<ExperimentRun> = {}) {
  const engine = createFakeEngine();
  const results: ExperimentResult[] = [];
  const progress: ExperimentProgress[] = [];
  const run: ExperimentRun = {
    engine,
    summary: { name: "fake", weightHash: "ab", backend: "cpu", layout: fakeLayout() },
    description,
    statisticsFor: createStatisticsSource({ engine, sampleLimit: null }),
    parameters,
    chunkSize: 5,
    onResult: (result) => void results.push(result),
    onProgress: (at) => void progress.push(at),
    ...options,
  };
  const calls = (kind: string) => engine.calls.filter((call) => call.kind === kind);
  return { engine, run, results, progress, calls };
}

const counts = (result: ExperimentResult) => result.cells.map(({ records }) => records.length);

describe("an experiment", () => {
  it("measures every cell on every sample, chunk by chunk, and the dense model once for all that equal it", async () => {
    const { run, results, progress, calls } = setUp(sweep);
    const result = await runExperiment(run);
    expect(result.samples).toBe(12);
    expect(result.cells.map(({ cell }) => cell.id)).toEqual([
      ...["dense", "mucrasp@0", "mucrasp@0.3", "mucrasp@0.6", "random@0", "random@0.3", "random@0.6"],
    ]);
    expect(counts(result)).toEqual(Array(7).fill(12));
    expect(calls("calibrate")).toHaveLength(1);
    expect(calls("writeTraces").map(({ samples }) => samples?.length)).toEqual([5, 5, 2]);
    expect(calls("assess").map(({ samples }) => samples?.length)).toEqual([
      ...[5, 5, 5, 5, 5],
      ...[5, 5, 5, 5, 5],
      ...[2, 2, 2, 2, 2],
    ]);
    expect(calls("assess")[0]?.keep).toBeUndefined();
    // The first chunk is there for all cells before the second begins.
    expect(counts(results[4] ?? result)).toEqual(Array(7).fill(5));
    expect(counts(results[0] ?? result)).toEqual([5, 5, 0, 0, 5, 0, 0]);
    expect(results.at(-1)).toEqual(result);
    const done = progress.filter(({ totalUnits }) => totalUnits > 0).map(({ doneUnits }) => doneUnits);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({ doneUnits: 84, totalUnits: 84, cell: "Random at 60 %" });
    // The blocks of which the time left is estimated are the engine's calls, all known from the first.
    const works = progress.flatMap(({ work }) => work ?? []);
    expect(works[0]?.blocks.map(({ role, samples }) => [role, samples])).toEqual(
      [5, 5, 2].flatMap((samples) => ["traces", "dense", ...Array(4).fill("pruned")].map((role) => [role, samples])),
    );
    expect([...new Set(works.map(({ at }) => at))]).toEqual(Array.from({ length: 18 }, (_, at) => at));
    expect(works.every(({ blocks }) => blocks === works[0]?.blocks)).toBe(true);
    expect([works[0]?.share, works.at(-1)?.share]).toEqual([0, 1]);
    expect(result.cells[1]?.records).toEqual(result.cells[0]?.records);
    const [dense, , , pruned] = result.cells;
    expect(pruned?.records[0]?.scores.kl).toBeGreaterThan(dense?.records[0]?.scores.kl ?? Number.NaN);
  });

  it("takes families in turn and notes pivots and steps of the dense traces", async () => {
    const { run } = setUp(
      sweepDescription({ ...sweep, series: methodSeries(["mucrasp"], parameters), ratios: [0.6], samplesPerFamily: 2 }),
    );
    const { traces, samples } = await runExperiment(run);
    expect(samples).toBe(6);
    expect(traces.map(({ family }) => family)).toEqual(
      [0, 1, 2, 3, 4, 5].map((sample) => FAKE_EVALUATION_SET[sample]?.family),
    );
    for (const { tokens, pivots, steps } of traces) {
      expect(steps).toHaveLength(tokens);
      expect(new Set(steps)).toEqual(new Set([1, 2, -1]));
      for (const [index, step] of steps.entries()) {
        if (index > 0 && step !== steps[index - 1]) expect(pivots).toContain(index);
      }
    }
  });

  it("says without traces of its own what is teacher-forced only, and survives its file", async () => {
    const { run } = setUp({ ...sweep, generate: false });
    const result = await runExperiment(run);
    const [record] = result.cells[2]?.records ?? [];
    expect(record?.text).toBeNull();
    expect(record?.scores.judge).toBeNaN();
    expect(record?.scores.kl).toBeGreaterThan(0);
    const read = parseResult(serialiseResult(result));
    expect(serialiseResult(read)).toBe(serialiseResult(result));
  });

  it("zeroes windows and gives the CMDS of the text layers", async () => {
    const { run } = setUp(windowsDescription({ ...common, size: 4 }));
    const { cells, cmds } = await runExperiment(run);
    expect(cells.map(({ cell }) => cell.id)).toEqual(["dense", "window@0", "window@1", "window@2"]);
    expect(cmds).toHaveLength(6);
    expect(Math.min(...cmds)).toBeGreaterThan(0);
  });

  it("calibrates once for each window and placement of the pivots", async () => {
    const { run, calls } = setUp(
      sweepDescription({ ...common, series: ablationSeries({ ...parameters, window: 2 }), ratios: [0.4] }),
    );
    await runExperiment(run);
    // W = 2, random pivots, W = 4, 8, 16.
    expect(calls("calibrate")).toHaveLength(5);
  });

  it("unites shards to what one run gives", async () => {
    const whole = await runExperiment(setUp(sweep).run);
    const shards = await Promise.all(
      [0, 1].map((index) => runExperiment(setUp(sweep, { shard: { index, count: 2 } }).run)),
    );
    expect(shards.map((shard) => shard.traces.length)).toEqual([7, 5]);
    expect(mergeResults(shards)).toEqual(mergeResults([whole]));
  });

  it("goes on from an earlier result and measures nothing twice", async () => {
    const controller = new AbortController();
    const first = setUp(sweep, {
      signal: controller.signal,
      onResult: (_, { doneUnits }) => {
        if (doneUnits >= 40) controller.abort();
      },
    });
    let kept: ExperimentResult | null = null;
    const { onResult } = first.run;
    const stopped = runExperiment({
      ...first.run,
      onResult: (result, at) => {
        kept = result;
        return onResult?.(result, at);
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    const resume = kept as ExperimentResult | null;
    if (resume === null) throw new Error("Nothing was kept.");
    const before = counts(resume).reduce((sum, count) => sum + count, 0);
    expect(before).toBeGreaterThanOrEqual(40);
    expect(before).toBeLessThan(84);

    const second = setUp(sweep, { resume });
    const result = await runExperiment(second.run);
    expect(mergeResults([result])).toEqual(mergeResults([await runExperiment(setUp(sweep).run)]));
    const [start] = second.progress.filter(({ totalUnits }) => totalUnits > 0);
    expect(start?.doneUnits).toBe(before);
    // What the first run assessed and what the second did are one whole run: 5 distinct models on 12 samples.
    const assessed = [...first.calls("assess"), ...second.calls("assess")].flatMap(({ samples }) => samples ?? []);
    expect(assessed).toHaveLength(5 * 12);

    const third = setUp(sweep, { resume: result });
    expect(await runExperiment(third.run)).toEqual(result);
    expect(third.calls("assess")).toEqual([]);
  });

  it("does not go on from what is not the same experiment", async () => {
    const resume = await runExperiment(setUp(sweep).run);
    const go = (description: ExperimentDescription, earlier: ExperimentResult) =>
      runExperiment(setUp(description, { resume: earlier }).run);
    await expect(go({ ...sweep, generate: false }, resume)).rejects.toThrow(/cannot be continued.*the description/);
    await expect(go(sweep, { ...resume, model: { ...resume.model, weightHash: "cd" } })).rejects.toThrow(/the weights/);
    const cells = resume.cells.map((one) => ({ ...one, cell: { ...one.cell, reachedRatio: 0.01 } }));
    await expect(go(sweep, { ...resume, cells })).rejects.toThrow(/what .* removes/);
  });

  it("waits at the gate before every call, and stops there when cancelled", async () => {
    const controller = new AbortController();
    const callsAtGate: number[] = [];
    const { run, engine } = setUp(sweep, {
      signal: controller.signal,
      gate: async () => {
        callsAtGate.push(engine.calls.length);
        await new Promise((resolve) => setImmediate(resolve));
        // Nothing went on while the gate was shut.
        expect(engine.calls).toHaveLength(callsAtGate.at(-1) ?? 0);
        if (callsAtGate.length === 6) controller.abort();
      },
    });
    await expect(runExperiment(run)).rejects.toMatchObject({ code: "cancelled" });
    // The evaluation set, statistics for two series (calibrated once), traces, and two measurements.
    expect(callsAtGate).toEqual([0, 1, 2, 2, 3, 4]);
    expect(engine.calls).toHaveLength(4);
  });

  it("passes failures of the engine on", async () => {
    const { run, engine, results } = setUp(sweep, {
      onResult: (result) => {
        results.push(result);
        if (results.length === 3) engine.failNext("assess", new PivotscopeError("device-lost", "The device was lost."));
      },
    });
    await expect(runExperiment(run)).rejects.toMatchObject({ code: "device-lost" });
    expect(results).toHaveLength(3);
  });

  it("needs an evaluation set, and windows that fit the model", async () => {
    const { run, engine } = setUp(windowsDescription({ ...common, size: 7 }));
    await expect(runExperiment(run)).rejects.toThrow(/size: found 7.*6 text layers/);
    await expect(runExperiment({ ...run, engine: { ...engine, evaluationSet: async () => [] } })).rejects.toThrow(
      /no evaluation samples/,
    );
  });
});
