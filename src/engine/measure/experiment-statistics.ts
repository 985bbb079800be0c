/** Statistics for the series of an experiment: calibrated once for each set of parameters that calibration depends on. */

import type { MethodParameters } from "../../core/parameters.ts";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { CalibrationParameters, CalibrationProgress, Engine } from "../contract.ts";

/** What of a method's constants a calibration depends on. */
export function calibrationParametersOf(
  parameters: MethodParameters,
  sampleLimit: number | null,
): CalibrationParameters {
  const { batchSize, markers, window, minimumMarkers, pivotPlacement } = parameters;
  // A seed that nothing is drawn from must not ask for another calibration.
  const { randomSeed } = pivotPlacement === "random" ? parameters : defaultPivotParameters();
  return {
    batchSize,
    ...(sampleLimit === null ? {} : { sampleLimit }),
    pivots: { markers, window, minimumMarkers, pivotPlacement, randomSeed },
  };
}

/** Whether two sets of constants are served by one calibration. */
export function sameCalibration(a: MethodParameters, b: MethodParameters): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf(parameters: MethodParameters): string {
  return JSON.stringify(calibrationParametersOf(parameters, null));
}

export interface StatisticsSourceOptions {
  readonly engine: Pick<Engine, "calibrate">;
  /** Calibration samples, as in `CalibrationParameters`; null for what the checkpoint recommends. */
  readonly sampleLimit: number | null;
  /** What is there already, with the constants that it was calibrated with. */
  readonly known?: readonly { readonly parameters: MethodParameters; readonly statistics: Statistics }[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CalibrationProgress) => void) | undefined;
}

/** Gives the statistics for a series' constants, from what is known, from an earlier call, or by calibrating. */
export function createStatisticsSource(
  options: StatisticsSourceOptions,
): (parameters: MethodParameters) => Promise<Statistics> {
  const { engine, sampleLimit, known = [], signal, onProgress } = options;
  const found = new Map(known.map(({ parameters, statistics }) => [keyOf(parameters), statistics]));
  return async (parameters) => {
    const key = keyOf(parameters);
    const there = found.get(key);
    if (there) return there;
    const statistics = await engine.calibrate(calibrationParametersOf(parameters, sampleLimit), {
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    found.set(key, statistics);
    return statistics;
  };
}
