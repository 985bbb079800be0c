/**
 * What it costs to hand out a calibration's sums after every run: milliseconds of a run, of handing out, and their ratio, of
 * one calibration. Handing out is reading back, and a structured clone, as on the way to the page.
 */
import { defaultPivotParameters } from "../src/core/pivots.ts";
import { calibrate } from "../src/engine/calibrate/calibrate.ts";
import { createFolderCalibrationSet } from "../src/engine/calibrate/calibration-set.ts";
import type { SummedSoFar } from "../src/engine/contract.ts";
import type { Session } from "../src/engine/session.ts";

export async function measureKeeping(session: Session, samples: number) {
  const pivots = { ...defaultPivotParameters(), window: 2 };
  const set = await createFolderCalibrationSet(session).prepare(samples, pivots, {});
  const request = { samples: set, batchSize: 2, window: 2, signal: undefined, onProgress: undefined };
  // The first one compiles graphs.
  await calibrate(session.model, { ...request, samples: set.slice(0, 2) });
  const marks: number[] = [];
  let bytes = 0;
  const begun = performance.now();
  await calibrate(session.model, {
    ...request,
    keep: {
      share: Number.POSITIVE_INFINITY,
      keep(done: SummedSoFar) {
        const { sums } = structuredClone(done);
        bytes = Object.values(sums).reduce((sum, { byteLength }) => sum + byteLength, 0);
      },
      // It is asked before and after each handing out.
      now() {
        const now = performance.now();
        marks.push(now);
        return now;
      },
    },
  });
  const total = performance.now() - begun;
  const handing = marks.reduce((sum, mark, index) => sum + (index % 2 === 0 ? -mark : mark), 0);
  const runs = marks.length / 2;
  return {
    runs,
    bytes,
    millisecondsPerRun: (total - handing) / runs,
    millisecondsHandingOut: handing / runs,
    share: handing / total,
  };
}
