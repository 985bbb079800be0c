/** The samples that calibration, evaluation and experiments go over: the checkpoint's, or the user's own. */
import type { OwnSample } from "../contract.ts";
import { type Assessor, createAssessor } from "../measure/assess.ts";
import { createEvaluationSet, type EvaluationSet } from "../measure/evaluation-set.ts";
import type { Session } from "../session.ts";
import { type CalibrationSet, createFolderCalibrationSet, createOwnCalibrationSet } from "./calibration-set.ts";
import { createOwnSet, knownTraces } from "./own-samples.ts";

export { checkOwnSamples } from "./own-samples.ts";

/** The samples at hand, as calibration and evaluation take them. */
export interface SampleSets {
  readonly evaluation: EvaluationSet;
  readonly assessor: Assessor;
  readonly calibration: CalibrationSet;
}

/** Opens `own` samples, or where there are none those of the session's checkpoint. */
export function openSampleSets(session: Session, own: readonly OwnSample[] | null): SampleSets {
  if (own === null) {
    const evaluation = createEvaluationSet(session);
    const assessor = createAssessor(session, evaluation);
    return { evaluation, assessor, calibration: createFolderCalibrationSet(session) };
  }
  const evaluation = createOwnSet(session, own);
  const assessor = createAssessor(session, evaluation, knownTraces(session, own));
  return { evaluation, assessor, calibration: createOwnCalibrationSet(session, own.length, evaluation, assessor) };
}
