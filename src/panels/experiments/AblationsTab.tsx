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
import { nearestText, Reference, referenceModel, useReference } from "./Reference.tsx";
import { Run } from "./Run.tsx";
import { ablationsReference } from "./reference-data.ts";
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
      {result ? <Rows result={result} /> : <Elsewhere />}
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
        <MetricSelect generate={result.description.generate} />
      </div>
      <AblationTable model={model} staleRatio={staleRatio} data={data} />
    </>
  );
}

/** What was measured elsewhere, where nothing has been measured here. */
function Elsewhere() {
  const asked = useSelect((state) => state.pruning.ratio);
  const metric = chosenMetric(
    useSelect((state) => state.experiments.choices.metric),
    true,
  );
  const reference = useReference(true);
  const data = useMemo(() => reference && ablationsReference(reference, metric, asked), [reference, metric, asked]);
  if (!reference || !data) return <p className={texts.empty}>No ablation has been measured yet.</p>;
  return (
    <Reference
      name="ablations"
      reference={reference}
      calibration={reference.origin.ablationCalibration}
      note={nearestText(data.ratio, asked, formatRatio)}
    >
      <div className={choices.line}>
        <MetricSelect generate />
      </div>
      <AblationTable model={referenceModel(reference)} data={data} />
    </Reference>
  );
}
