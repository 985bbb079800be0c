/** What the judge says of both traces. Only where there is a scene to judge by. */

import { JudgeChart } from "../../charts/judge/JudgeChart.tsx";
import { shownScene } from "../../state/slices/input/scene-questions.ts";
import { staleRatio } from "../../state/slices/measurement/measurement.ts";
import { PartMissing } from "../PartMissing.tsx";
import { requestJudge, useJudgements } from "../use-judgements.ts";
import { useSelect, useSelectShallow } from "../use-workbench.ts";
import { measuredContext } from "./measured.ts";

export function Judge() {
  const scene = useSelect(shownScene);
  const { dense, pruned, failure } = useJudgements();
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  if (scene === null) return null;
  if (failure) return <PartMissing name="The judge" failure={failure} onRetry={requestJudge} />;
  const columns = [
    ...(dense ? [{ name: "dense", judgement: dense }] : []),
    ...(dense && pruned ? [{ name: "pruned", judgement: pruned }] : []),
  ];
  return (
    <JudgeChart
      context={context}
      staleRatio={stale}
      columns={columns}
      empty="Judged when the reasoning has come to its end."
    />
  );
}
