/**
 * The statistics that the bundled model brings along: of its weights, of its whole calibration set, and what calibration
 * gives. `npm run bundled-statistics -- --check` calibrates on the whole set; here it is a part of it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rankCorrelation } from "../../core/metrics/convergence.ts";
import { parseParameters } from "../../core/parameters/parse.ts";
import { defaultParameters } from "../../core/parameters.ts";
import type { MatrixTerms, Statistics } from "../../core/statistics.ts";
import { readStatistics, type StatisticsFile } from "../../models/statistics-file/read-statistics.ts";
import { calibrationParameters } from "../../state/slices/pruning/method.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { Engine, ModelSummary } from "../contract.ts";
import { createNodeEngine } from "../node-engine.ts";

const MODEL = join(projectRoot, "public/models/scenes");
const NAME = "statistics.safetensors";
/** Of 384: enough for their order to be that of the whole, and few seconds. */
const PART = 16;

let engine: Engine;
let summary: ModelSummary;
let file: StatisticsFile;
let part: Statistics;

beforeAll(async () => {
  engine = createNodeEngine();
  summary = await engine.load({ kind: "address", name: "scenes", url: MODEL }, { backend: "cpu" });
  file = readStatistics(new Uint8Array(readFileSync(join(MODEL, NAME))), NAME, summary.layout);
  part = await engine.calibrate(calibrationParameters(parseParameters(file.about.parameters), PART));
}, 300_000);
afterAll(() => engine?.dispose());

const matricesOf = ({ baselines }: Statistics): readonly MatrixTerms[] =>
  baselines?.modules.flatMap(({ matrices }) => matrices) ?? [];

describe("the bundled model's statistics", () => {
  it("are of its weights, its whole set, and the constants that the page begins with", () => {
    expect(file.about.weight_hash).toBe(summary.weightHash);
    expect(file.statistics).toMatchObject({ samples: summary.calibrationSamples, batches: 192, pivotBatches: 192 });
    expect(summary.recommended.calibrationSamples).toBe(summary.calibrationSamples);
    const start = { ...defaultParameters(), window: summary.recommended.window ?? 0 };
    expect(calibrationParameters(parseParameters(file.about.parameters), null)).toEqual(
      calibrationParameters(start, null),
    );
  });

  it("hold the weights' own sums", () => {
    const whole = matricesOf(file.statistics);
    matricesOf(part).forEach(({ absolute, square }, index) => {
      expect(whole[index]?.absolute).toEqual(Float64Array.from(absolute, Math.fround));
      expect(whole[index]?.square).toEqual(Float64Array.from(square, Math.fround));
    });
  });

  it("hold at least what each line and column gets from a part of the samples", () => {
    const { samples, batches } = file.statistics;
    /** Sums of numbers that are not negative only grow; the last digit is rounded. */
    const grows = (whole: Float64Array | undefined, of: number, few: Float64Array, fewOf: number) =>
      few.every((value, index) => (whole?.[index] ?? 0) * of >= value * fewOf * (1 - 1e-5));
    const whole = matricesOf(file.statistics);
    matricesOf(part).forEach(({ taylorFirst, taylorSecond }, index) => {
      expect(grows(whole[index]?.taylorFirst, batches, taylorFirst, part.batches)).toBe(true);
      expect(grows(whole[index]?.taylorSecond, batches, taylorSecond, part.batches)).toBe(true);
    });
    part.baselines?.modules.forEach(({ input }, index) => {
      const { energy } = file.statistics.baselines?.modules[index]?.input ?? {};
      expect(grows(energy, samples, input.energy, part.samples)).toBe(true);
    });
  });

  it("order units and modules as a part of the samples does", () => {
    for (const name of ["attributionGlobal", "attributionPivot", "cmds", "sens"] as const) {
      expect(rankCorrelation(file.statistics[name], part[name]), name).toBeGreaterThan(0.9);
    }
    expect(matricesOf(file.statistics)).toHaveLength(matricesOf(part).length);
  });
});
