/** Calibration samples ready to run: the checkpoint folder's, or the user's own; each is prepared once and kept. */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { defaultPivotParameters, type PivotParameters } from "../core/pivots.ts";
import type { Assessor } from "./assess.ts";
import type { PreparedSample } from "./batch.ts";
import type { EvaluationSet } from "./evaluation-set.ts";
import type { Session } from "./session.ts";

export interface CalibrationSet {
  /** How many samples are used where nobody says; all when undefined. */
  readonly recommended: number | undefined;
  /**
   * The first `limit` samples, all when undefined.
   * @param pivots null where they do not matter.
   * @throws PivotscopeError `bad-input` without samples, or naming what is wrong with one.
   */
  prepare(
    limit: number | undefined,
    pivots: PivotParameters | null,
    signal: AbortSignal | undefined,
  ): Promise<PreparedSample[]>;
}

/** The calibration set that lies in the checkpoint folder. Calibrating again reads no file, whatever the pivots. */
export function createFolderCalibrationSet(session: Session): CalibrationSet {
  const { checkpoint, prepareSample, findPivots } = session;
  const { folder, calibration, recommended } = checkpoint;
  const prepared = new Map<number, PreparedSample>();
  return {
    recommended: recommended.calibrationSamples,
    async prepare(limit, pivots, signal) {
      const set = calibration?.slice(0, limit);
      if (!set || set.length === 0) {
        throw new PivotscopeError(
          "bad-input",
          "This checkpoint folder has no calibration samples.",
          "Calibrate on own samples, or add a calibration.json with pictures, questions and traces.",
        );
      }
      const samples: PreparedSample[] = [];
      for (const [index, sample] of set.entries()) {
        throwIfCancelled(signal);
        const known = prepared.get(index);
        if (known) {
          samples.push(pivots ? { ...known, pivots: findPivots(known.trace, pivots) } : known);
          continue;
        }
        const readPicture = (path: string) => folder.readBytes(path, undefined, signal);
        const found = await prepareSample(sample, readPicture, pivots ?? defaultPivotParameters(), signal);
        prepared.set(index, found);
        samples.push(found);
      }
      return samples;
    },
  };
}

/** `set`, of `count` samples, as a calibration set: traces that are not known are written by the dense model. */
export function createOwnCalibrationSet(
  { findPivots, summary }: Session,
  count: number,
  set: EvaluationSet,
  assessor: Assessor,
): CalibrationSet {
  return {
    recommended: undefined,
    async prepare(limit, pivots, signal) {
      const places = [...Array(count).keys()].slice(0, limit);
      const inputs = await set.prepare(places, signal);
      const traces = await assessor.writeTraces(places, signal ? { signal } : {});
      return inputs.map((input, index) => {
        const trace = traces[index]?.tokens.map(({ id }) => id) ?? [];
        const tokens = input.prompt.length + trace.length;
        if (tokens > summary.maximumTokens) {
          throw new PivotscopeError(
            "bad-input",
            `Own sample ${index + 1}: prompt and trace have ${tokens} tokens; the model has ${summary.maximumTokens} positions.`,
            "Shorten its question, or let the model write its trace again.",
          );
        }
        return { ...input, trace, pivots: pivots ? findPivots(trace, pivots) : [] };
      });
    },
  };
}
