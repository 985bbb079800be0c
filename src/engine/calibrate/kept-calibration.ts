/** Calibration on a set of samples that hands out what is summed, and goes on from what an earlier one handed out. */
import type { Statistics } from "../../core/statistics.ts";
import type { CalibrationOrder, CalibrationProgress, CalibrationRecord, Call, RecordRefusal } from "../contract.ts";
import type { Model } from "../pass/model.ts";
import { calibrate } from "./calibrate.ts";
import { createRecord, identityOf, readRecord, sameSamples } from "./calibration-record.ts";
import type { CalibrationSet } from "./calibration-set.ts";

export { readWeightStatistics } from "./weight-statistics.ts";

/**
 * Calibrates `model` as `order` says. A record that belongs to something else is not used, and progress says why.
 * @throws what `calibrate` and the set throw.
 */
export async function calibrateSet(
  model: Model,
  set: CalibrationSet,
  { keep, partial, ...parameters }: CalibrationOrder,
  { signal, onProgress }: Call<CalibrationProgress>,
): Promise<Statistics> {
  const found = keep && keep.from !== null ? readRecord(keep.from, model, parameters) : null;
  let record: CalibrationRecord | null = typeof found === "object" ? found : null;
  let refused: RecordRefusal | null = typeof found === "string" ? found : null;
  const samples = await set.prepare(
    parameters.sampleLimit ?? set.recommended,
    parameters.pivots,
    {
      ...(signal ? { signal } : {}),
      onProgress: ({ done, total }) =>
        onProgress?.({ sample: done, samples: total, pass: "traces", layer: 0, layers: 0, fraction: 0 }),
    },
    record && { inputs: record.of.samples.inputs, traces: record.traces },
  );
  const identity = keep ? await identityOf(model, samples, parameters) : null;
  if (record && identity && !sameSamples(record, identity)) [record, refused] = [null, "samples"];
  const origin = { from: record?.done.samples ?? 0, refused };
  let latest: CalibrationProgress | null = null;
  const report = (progress: CalibrationProgress) => {
    latest = progress;
    onProgress?.(keep ? { ...progress, ...origin } : progress);
  };
  const done = { sample: Math.max(1, origin.from), samples: samples.length, fraction: origin.from / samples.length };
  const begun: CalibrationProgress = { ...done, pass: "forward", layer: 0, layers: 0 };
  return calibrate(model, {
    samples,
    batchSize: parameters.batchSize,
    window: parameters.pivots.window,
    from: record?.done ?? null,
    signal,
    onProgress: report,
    ...(partial && {
      partial: {
        ...partial,
        take: (statistics) => onProgress?.({ ...(latest ?? begun), ...(keep ? origin : {}), statistics }),
      },
    }),
    ...(identity && {
      keep: {
        keep(done) {
          const kept = { record: createRecord(identity, samples, done), runs: model.backend.runs };
          if (latest) onProgress?.({ ...latest, ...origin, ...kept });
        },
      },
    }),
  });
}
