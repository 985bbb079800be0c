/** Calibration on WebGPU and in WebAssembly: the same numbers, also on traces that the model is sure of. */
import { expect, it } from "vitest";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { BackendKind } from "../contract.ts";
import { openBundledSession } from "../testing/browser-session.ts";
import { calibrate } from "./calibrate.ts";
import { createFolderCalibrationSet } from "./calibration-set.ts";

/** One batch: a software GPU takes a quarter of a minute for each sample. */
const BATCH = 2;

async function calibrated(backend: BackendKind): Promise<Statistics> {
  const session = await openBundledSession({ backend, precision: "float32" });
  const pivots = { ...defaultPivotParameters(), window: 2 };
  const statistics = await calibrate(session.model, {
    samples: await createFolderCalibrationSet(session).prepare(BATCH, pivots, {}),
    batchSize: BATCH,
    window: pivots.window,
    signal: undefined,
    onProgress: undefined,
  });
  await session.dispose();
  return statistics;
}

it("gives the bundled model's attribution of every unit to a thousandth, and of 99 in a hundred to a ten-thousandth", async () => {
  const [gpu, cpu] = [await calibrated("webgpu"), await calibrated("cpu")];
  for (const name of ["attributionGlobal", "attributionPivot"] as const) {
    const errors = Array.from(cpu[name], (value, unit) => Math.abs((gpu[name][unit] ?? Number.NaN) / value - 1));
    errors.sort((left, right) => left - right);
    expect(errors.length).toBeGreaterThan(5000);
    expect(errors[Math.floor(errors.length * 0.99)]).toBeLessThan(1e-4);
    expect(errors.at(-1)).toBeLessThan(1e-3);
  }
});
