/** Calibration samples ready to run: the checkpoint folder's, or the user's own. */
import { PivotscopeError } from "../../core/errors.ts";
import type { PivotParameters } from "../../core/pivots.ts";
import { plural } from "../../core/words.ts";
import type { Call, SampleProgress } from "../contract.ts";
import { type Assessor, createAssessor } from "../measure/assess.ts";
import { createSampleSet, type EvaluationSet } from "../measure/evaluation-set.ts";
import type { ListedSample } from "../pass/batch.ts";
import type { Session } from "../session.ts";
import { hashInputs } from "./calibration-record.ts";
import { knownTraces } from "./own-samples.ts";

export interface CalibrationSet {
  /** How many samples are used where nobody says; all when undefined. */
  readonly recommended: number | undefined;
  /**
   * The first `limit` samples, all when undefined. Each has been prepared once, so that what is wrong with one is found
   * before the first pass; its frames are made again where there was no room for them.
   *
   * Calibrating again, whatever the pivots, reads no picture of a set whose frames have room.
   * @param pivots null where they do not matter.
   * @param call hears how many traces there are while some are written.
   * @param earlier traces that the model wrote of samples with these inputs (`hashInputs`), and need not write again.
   * @throws PivotscopeError `bad-input` without samples, or naming what is wrong with one.
   */
  prepare(
    limit: number | undefined,
    pivots: PivotParameters | null,
    call: Call<SampleProgress>,
    earlier?: EarlierTraces | null,
  ): Promise<readonly ListedSample[]>;
}

export interface EarlierTraces {
  readonly inputs: string;
  readonly traces: readonly (readonly number[])[];
}

/** The calibration set that lies in the checkpoint folder. */
export function createFolderCalibrationSet(session: Session): CalibrationSet {
  const { checkpoint, encodeTrace, prepareQuestion } = session;
  const { folder, calibration, recommended } = checkpoint;
  let opened: CalibrationSet["prepare"] | null = null;

  const open = () => {
    if (!calibration || calibration.length === 0) {
      throw new PivotscopeError(
        "bad-input",
        "This checkpoint folder has no calibration samples.",
        "Calibrate on own samples, or add a calibration.json with pictures, questions and traces.",
      );
    }
    const set = createSampleSet({
      name: "This checkpoint folder",
      sampleName: "Calibration sample",
      read: async () => calibration.map((sample) => ({ ...sample, questionKind: null })),
      prepare: (entry, _, signal) =>
        prepareQuestion(entry, (path) => folder.readBytes(path, undefined, signal), signal),
    });
    const traces = calibration.map(({ trace }) => ({ trace: trace === null ? null : encodeTrace(trace) }));
    const assessor = createAssessor(session, set, knownTraces(session, traces));
    return preparer(session, calibration.length, set, assessor);
  };

  return {
    recommended: recommended.calibrationSamples,
    async prepare(...request) {
      opened ??= open();
      return opened(...request);
    },
  };
}

/** `set`, of `count` samples, as a calibration set: traces that are not known are written by the dense model. */
export function createOwnCalibrationSet(
  session: Session,
  count: number,
  set: EvaluationSet,
  assessor: Assessor,
): CalibrationSet {
  return { recommended: undefined, prepare: preparer(session, count, set, assessor) };
}

function preparer(session: Session, count: number, set: EvaluationSet, assessor: Assessor): CalibrationSet["prepare"] {
  const { findPivots, summary } = session;
  return async (limit, pivots, { signal, onProgress }, earlier = null) => {
    const places = [...Array(count).keys()].slice(0, limit);
    const outlines = await set.outlines(places, signal);
    if (earlier && earlier.inputs === (await hashInputs(outlines))) {
      assessor.adoptTraces(
        knownTraces(
          session,
          earlier.traces.map((trace) => ({ trace })),
        ),
      );
    }
    let writing = false;
    const traces = await assessor.writeTraces(places, {
      ...(signal ? { signal } : {}),
      onProgress: (progress) => {
        writing ||= progress.done < progress.total;
        if (writing) onProgress?.(progress);
      },
    });
    return places.map((place, index): ListedSample => {
      const { prompt, frameCount, pictureHash } = outlines[index] ?? { prompt: [], frameCount: 0, pictureHash: "" };
      const trace = traces[index]?.tokens.map(({ id }) => id) ?? [];
      const tokens = prompt.length + trace.length;
      if (tokens > summary.maximumTokens) {
        throw new PivotscopeError(
          "bad-input",
          `${set.nameOf(place)}: prompt and trace have ${plural(tokens, "token")}; the model has ${plural(summary.maximumTokens, "position")}.`,
          "Shorten its question, or let the model write its trace again.",
        );
      }
      const listed = { prompt, trace, pivots: pivots ? findPivots(trace, pivots) : [] };
      const load = async (stopped?: AbortSignal) => {
        const [input] = await set.prepare([place], stopped);
        return { ...listed, frames: input?.frames ?? [] };
      };
      return { ...listed, frameCount, pictureHash, load };
    });
  };
}
