/** What the exact judge says about the reasoning at hand. The judge is loaded with the first scene, after the page. */
import type { JudgeChart } from "../charts/judge/JudgeChart.tsx";
import type { Judgement } from "../scenes/judge/index.ts";
import type { Failure } from "../state/failure.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { shownScene } from "../state/slices/input/scene-questions.ts";
import { createPartStore, usePart } from "./use-part.ts";
import { useSelect } from "./use-workbench.ts";

const judge = createPartStore(() => import("./reasoning/judge-part.ts"));

/** Fetches the judge once more. */
export const requestJudge = judge.request;

/** Null where there is nothing to judge, and until the judge is there. */
export interface Judgements {
  readonly dense: Judgement | null;
  readonly pruned: Judgement | null;
  /** What shows them at length; null until the judge is there. */
  readonly Chart: typeof JudgeChart | null;
  /** Why the judge is not there. */
  readonly failure: Failure | null;
}

/** The judge itself, for other words than those at hand; null where there is nothing to judge, and until it is there. */
export function useJudge() {
  const wanted = useSelect((state: WorkbenchState) => shownScene(state) !== null);
  return usePart(judge, wanted).found;
}

export function useJudgements(): Judgements {
  const wanted = useSelect((state: WorkbenchState) => shownScene(state) !== null);
  const { found, failure } = usePart(judge, wanted);
  const dense = useSelect((state: WorkbenchState) => found?.denseJudgement(state) ?? null);
  const pruned = useSelect((state: WorkbenchState) => found?.prunedJudgement(state) ?? null);
  return { dense, pruned, Chart: found?.JudgeChart ?? null, failure };
}
