/** The MLPs of neighbouring layers zeroed at every position: where the model cannot do without them. */
import { useMemo } from "react";
import { WindowChart } from "../../charts/experiments/WindowChart.tsx";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import texts from "../shared/text.module.css";
import { useSelect } from "../use-workbench.ts";
import choices from "./Choices.module.css";
import { Choices, WindowChoice } from "./Choices.tsx";
import { chosenMetric, windowData } from "./data.ts";
import experiment from "./experiment.module.css";
import { Run } from "./Run.tsx";
import { MetricSelect } from "./Selects.tsx";
import { useResult, useResultModel } from "./use-result.ts";

export default function WindowsTab() {
  const result = useResult("windows");
  return (
    <div className={experiment.experiment}>
      <Run
        name="windows"
        label="Measure the windows"
        sentence="The MLPs of a few neighbouring text layers are zeroed, one position after another, whatever the slider says."
      >
        <Choices name="windows">
          <WindowChoice />
        </Choices>
      </Run>
      {result ? <Windows result={result} /> : <p className={texts.empty}>No window has been measured yet.</p>}
    </div>
  );
}

function Windows({ result }: { readonly result: ExperimentResult }) {
  const model = useResultModel(result);
  const metricId = useSelect((state) => state.experiments.choices.metric);
  const metric = chosenMetric(metricId, result.description.generate);
  const data = useMemo(() => windowData(result, metric), [result, metric]);
  return (
    <>
      <div className={choices.line}>
        <MetricSelect result={result} />
      </div>
      <WindowChart model={model} data={data} />
    </>
  );
}
