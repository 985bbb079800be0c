/** What the exact judge says about the reasoning at hand. The judge is loaded with the first scene, after the page. */
import { useEffect, useState } from "react";
import type { Judgement } from "../scenes/judge/index.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { shownScene } from "../state/slices/input/scene-questions.ts";
import { useSelect } from "./use-workbench.ts";

type Judge = typeof import("../state/slices/reasoning/judgement.ts");

let loaded: Judge | null = null;

/** Null where there is nothing to judge, and until the judge is there. */
export interface Judgements {
  readonly dense: Judgement | null;
  readonly pruned: Judgement | null;
}

export function useJudgements(): Judgements {
  const [judge, setJudge] = useState(loaded);
  const wanted = useSelect((state: WorkbenchState) => shownScene(state) !== null);
  useEffect(() => {
    if (!wanted || judge) return;
    import("../state/slices/reasoning/judgement.ts").then(
      (found) => {
        loaded = found;
        setJudge(found);
      },
      // Offline, or the page was updated meanwhile: all but the judgement stands.
      () => undefined,
    );
  }, [wanted, judge]);
  const dense = useSelect((state: WorkbenchState) => judge?.denseJudgement(state) ?? null);
  const pruned = useSelect((state: WorkbenchState) => judge?.prunedJudgement(state) ?? null);
  return { dense, pruned };
}
