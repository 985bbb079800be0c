/** All methods at the ratio at hand: how far each moves the model, and every metric in one table. */
import { useMemo } from "react";
import { MethodsTable } from "../../charts/experiments/MethodsTable.tsx";
import { MUCRASP_FIGURES } from "../../charts/experiments/paper.ts";
import { KlOverlay } from "../../charts/kl/KlOverlay.tsx";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import texts from "../shared/text.module.css";
import { useSelect } from "../use-workbench.ts";
import { formatRatio } from "../words.ts";
import { Choices, MethodChoices } from "./Choices.tsx";
import { klSeries, methodsData, ratioOf } from "./data.ts";
import experiment from "./experiment.module.css";
import { nearestText, Reference, referenceModel, useReference } from "./Reference.tsx";
import { Run } from "./Run.tsx";
import { methodsReference } from "./reference-data.ts";
import { useOtherRatio, useResult, useResultModel } from "./use-result.ts";

export default function MethodsTab() {
  const ratio = useSelect((state) => state.pruning.ratio);
  const result = useResult("methods");
  return (
    <div className={experiment.experiment}>
      <Run
        name="methods"
        label={`Measure methods at ${formatRatio(ratio)}`}
        sentence="Every method at the ratio of the slider, on the same evaluation samples."
      >
        <Choices name="methods">
          <MethodChoices />
        </Choices>
      </Run>
      {result ? <Results result={result} /> : <Elsewhere />}
    </div>
  );
}

function Results({ result }: { readonly result: ExperimentResult }) {
  const model = useResultModel(result);
  const staleRatio = useOtherRatio("methods", result);
  const series = useMemo(() => klSeries(result), [result]);
  const data = useMemo(() => methodsData(result), [result]);
  return (
    <>
      <KlOverlay model={model} staleRatio={staleRatio} series={series} ratio={ratioOf(result)} />
      <MethodsTable model={model} staleRatio={staleRatio} data={data} paper={MUCRASP_FIGURES} />
    </>
  );
}

/** What was measured elsewhere, where nothing has been measured here. */
function Elsewhere() {
  const asked = useSelect((state) => state.pruning.ratio);
  const reference = useReference(true);
  const found = useMemo(() => reference && methodsReference(reference, asked), [reference, asked]);
  if (!reference || !found) return <p className={texts.empty}>No method has been measured yet.</p>;
  const model = referenceModel(reference);
  return (
    <Reference
      name="methods"
      reference={reference}
      calibration={reference.origin.calibration}
      note={nearestText(found.ratio, asked, formatRatio)}
    >
      <KlOverlay model={model} series={found.overlay} ratio={found.ratio} />
      <MethodsTable model={model} data={found.table} paper={MUCRASP_FIGURES} />
    </Reference>
  );
}
