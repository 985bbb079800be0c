/** The MLPs of neighbouring layers zeroed at every position: where the model cannot do without them. */
import { useMemo } from "react";
import { WindowChart } from "../../charts/experiments/WindowChart.tsx";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import texts from "../shared/text.module.css";
import { useSelect } from "../use-workbench.ts";
import { plural } from "../words.ts";
import choices from "./Choices.module.css";
import { Choices, WindowChoice } from "./Choices.tsx";
import { chosenMetric, windowData } from "./data.ts";
import experiment from "./experiment.module.css";
import { Reference, referenceModel, useReference } from "./Reference.tsx";
import { Run } from "./Run.tsx";
import { windowsReference } from "./reference-data.ts";
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
      {result ? <Windows result={result} /> : <Elsewhere />}
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
        <MetricSelect generate={result.description.generate} />
      </div>
      <WindowChart model={model} data={data} />
    </>
  );
}

/** What was measured elsewhere, where nothing has been measured here. */
function Elsewhere() {
  const size = useSelect((state) => state.experiments.choices.windowSize);
  const metric = chosenMetric(
    useSelect((state) => state.experiments.choices.metric),
    true,
  );
  const reference = useReference(true);
  const data = useMemo(() => reference && windowsReference(reference, metric, size), [reference, metric, size]);
  if (!reference || !data) return <p className={texts.empty}>No window has been measured yet.</p>;
  return (
    <Reference
      name="windows"
      reference={reference}
      calibration={reference.origin.calibration}
      note={data.size === size ? "" : `It is of windows of ${plural(data.size, "layer")}.`}
    >
      <div className={choices.line}>
        <MetricSelect generate />
      </div>
      <WindowChart model={referenceModel(reference)} data={data} />
    </Reference>
  );
}
