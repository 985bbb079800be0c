/** What the judge says of both traces. Only where there is a scene to judge by. */

import { shownScene } from "../../state/slices/input/scene-questions.ts";
import { staleRatio } from "../../state/slices/measurement/measurement.ts";
import { PartMissing } from "../PartMissing.tsx";
import { requestJudge, useJudgements } from "../use-judgements.ts";
import { useSelect, useSelectShallow } from "../use-workbench.ts";
import { measuredContext, shownForTrace } from "./measured.ts";

export function Judge() {
  const scene = useSelect(shownScene);
  const { dense, pruned, Chart, failure } = useJudgements();
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  const same = useSelect((state) => {
    const answer = shownForTrace(state)?.answer;
    return answer?.prunedTokens === null;
  });
  if (scene === null) return null;
  if (failure) return <PartMissing name="The judge" failure={failure} onRetry={requestJudge} />;
  if (!Chart) return null;
  const columns = [
    ...(dense ? [{ name: "dense", judgement: dense }] : []),
    ...(dense && pruned ? [{ name: "pruned", judgement: pruned }] : []),
  ];
  return (
    <Chart
      context={context}
      staleRatio={stale}
      columns={columns}
      same={same}
      empty="Judged when the reasoning has come to its end."
    />
  );
}
