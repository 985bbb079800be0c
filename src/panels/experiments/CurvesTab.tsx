/** Compression–performance curves: methods over ratios, by metric and question family. */
import { useMemo } from "react";
import { CurvesChart } from "../../charts/experiments/CurvesChart.tsx";
import { familiesOf } from "../../core/experiments/estimate.ts";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import texts from "../shared/text.module.css";
import { useSelect } from "../use-workbench.ts";
import choices from "./Choices.module.css";
import { Choices, MethodChoices, RatioChoices } from "./Choices.tsx";
import { chosenMetric, curvesData } from "./data.ts";
import experiment from "./experiment.module.css";
import { Reference, referenceModel, useReference } from "./Reference.tsx";
import { Run } from "./Run.tsx";
import { curvesReference } from "./reference-data.ts";
import { FamilySelect, MetricSelect } from "./Selects.tsx";
import { useResult, useResultModel } from "./use-result.ts";

export default function CurvesTab() {
  const result = useResult("curves");
  return (
    <div className={experiment.experiment}>
      <Run
        name="curves"
        label="Measure the curves"
        sentence="Every method at every ratio: how much of the reasoning is left when how much of the model is gone."
      >
        <Choices name="curves">
          <MethodChoices />
          <RatioChoices />
        </Choices>
      </Run>
      {result ? <Curves result={result} /> : <Elsewhere />}
    </div>
  );
}

function Curves({ result }: { readonly result: ExperimentResult }) {
  const model = useResultModel(result);
  const ratio = useSelect((state) => state.pruning.ratio);
  const { metric: metricId, family: chosen } = useSelect((state) => state.experiments.choices);
  const metric = chosenMetric(metricId, result.description.generate);
  const family = chosen !== null && familiesOf(result).includes(chosen) ? chosen : null;
  const data = useMemo(() => curvesData(result, metric, family), [result, metric, family]);
  return (
    <>
      <div className={choices.line}>
        <MetricSelect generate={result.description.generate} />
        <FamilySelect result={result} />
      </div>
      <CurvesChart
        model={model}
        data={data}
        ratio={ratio}
        title={family === null ? "Compression curves" : `Compression curves, ${family} questions`}
      />
    </>
  );
}

/** What was measured elsewhere, where nothing has been measured here. */
function Elsewhere() {
  const ratio = useSelect((state) => state.pruning.ratio);
  const metric = chosenMetric(
    useSelect((state) => state.experiments.choices.metric),
    true,
  );
  const reference = useReference(true);
  const data = useMemo(() => reference && curvesReference(reference, metric), [reference, metric]);
  if (!reference || !data) return <p className={texts.empty}>No curve has been measured yet.</p>;
  return (
    <Reference name="curves" reference={reference} calibration={reference.origin.calibration}>
      <div className={choices.line}>
        <MetricSelect generate />
      </div>
      <CurvesChart model={referenceModel(reference)} data={data} ratio={ratio} title="Compression curves" />
    </Reference>
  );
}
