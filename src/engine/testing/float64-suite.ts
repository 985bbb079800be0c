/**
 * The bundled model's attribution against torch autograd in float64, unit by unit, on traces that the model is sure of. The
 * same suite runs on the cpu backend in Node and on WebGPU in a browser. Tests only.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { Statistics } from "../../core/statistics.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { createFolderCalibrationSet } from "../calibrate/calibration-set.ts";
import type { Session } from "../session.ts";

export interface Float64Expectations {
  /** Of the weights that the numbers were computed from. */
  readonly weight_hash: string;
  /** The first so many samples of the calibration set. */
  readonly limit: number;
  readonly batch_size: number;
  readonly window: number;
  /** By module (`tower.layer.kind`), a number per unit. */
  readonly attribution_global: Readonly<Record<string, readonly number[]>>;
  readonly attribution_pivot: Readonly<Record<string, readonly number[]>>;
}

/** What 99 of a hundred units and the worst of them may differ by, as a share of the number. */
const TOLERANCE = { most: 1e-4, worst: 1e-3 } as const;

/** Calibration batches that go through the graphs at once: on a software GPU small ones take as long as large ones. */
const BATCHES_PER_RUN = { cpu: 1, webgpu: 12 } as const;

/** Declares the suite; call it inside a `describe`. `minutes` is what a calibration may take. */
export function defineFloat64Suite(
  load: () => Promise<{ session: Session; expected: Float64Expectations }>,
  minutes: number,
): void {
  let session: Session;
  let expected: Float64Expectations;
  let statistics: Statistics;

  beforeAll(async () => {
    ({ session, expected } = await load());
    const pivots = { ...defaultPivotParameters(), window: expected.window };
    const samples = await createFolderCalibrationSet(session).prepare(expected.limit, pivots, {});
    statistics = await calibrate(session.model, {
      samples,
      batchSize: expected.batch_size,
      window: expected.window,
      batchesPerRun: BATCHES_PER_RUN[session.model.backend.kind],
      signal: undefined,
      onProgress: undefined,
    });
  }, minutes * 60_000);

  afterAll(() => session?.dispose());

  it("is of the weights that the numbers were computed from", () => {
    expect(session.summary.weightHash).toBe(expected.weight_hash);
    expect(statistics.samples).toBe(expected.limit);
  });

  it.each(["attributionGlobal", "attributionPivot"] as const)("gives %s of every unit", (name) => {
    const byModule = name === "attributionGlobal" ? expected.attribution_global : expected.attribution_pivot;
    const exact = session.model.layout.modules.flatMap(({ key }) => byModule[key] ?? []);
    expect(exact.length).toBe(session.model.layout.unitCount);
    const errors = exact.map((value, unit) => Math.abs((statistics[name][unit] ?? Number.NaN) / value - 1));
    errors.sort((left, right) => left - right);
    expect(errors[Math.floor(errors.length * 0.99)]).toBeLessThan(TOLERANCE.most);
    expect(errors.at(-1)).toBeLessThan(TOLERANCE.worst);
  });
}
