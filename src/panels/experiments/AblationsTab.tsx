/** What each part of µCRASP is worth: the method without it, at the ratio at hand. */
import { useMemo } from "react";
import { AblationTable } from "../../charts/experiments/AblationTable.tsx";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import texts from "../shared/text.module.css";
import { useSelect } from "../use-workbench.ts";
import { formatRatio } from "../words.ts";
import choices from "./Choices.module.css";
import { Choices } from "./Choices.tsx";
import { ablationData, chosenMetric } from "./data.ts";
import experiment from "./experiment.module.css";
import { Run } from "./Run.tsx";
import { MetricSelect } from "./Selects.tsx";
import { useOtherRatio, useResult, useResultModel } from "./use-result.ts";

export default function AblationsTab() {
  const ratio = useSelect((state) => state.pruning.ratio);
  const result = useResult("ablations");
  return (
    <div className={experiment.experiment}>
      <Run
        name="ablations"
        label={`Measure ablations at ${formatRatio(ratio)}`}
        sentence="µCRASP with one part taken away at a time, at the ratio of the slider. Other pivots or windows are calibrated first."
      >
        <Choices name="ablations" />
      </Run>
      {result ? <Rows result={result} /> : <p className={texts.empty}>No ablation has been measured yet.</p>}
    </div>
  );
}

function Rows({ result }: { readonly result: ExperimentResult }) {
  const model = useResultModel(result);
  const staleRatio = useOtherRatio("ablations", result);
  const metricId = useSelect((state) => state.experiments.choices.metric);
  const metric = chosenMetric(metricId, result.description.generate);
  const data = useMemo(() => ablationData(result, metric), [result, metric]);
  return (
    <>
      <div className={choices.line}>
        <MetricSelect result={result} />
      </div>
      <AblationTable model={model} staleRatio={staleRatio} data={data} />
    </>
  );
}
