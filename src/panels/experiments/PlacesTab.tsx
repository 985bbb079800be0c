/** Where KL lives in the traces, for the method at hand; from what the tab Methods has measured. */
import { useMemo } from "react";
import { KlPlaces } from "../../charts/kl/KlPlaces.tsx";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { formatRatio } from "../words.ts";
import { placesData } from "./data.ts";
import experiment from "./experiment.module.css";
import { nearestText, Reference, referenceModel, useReference } from "./Reference.tsx";
import { placesReference } from "./reference-data.ts";
import { useOtherRatio, useResult, useResultModel } from "./use-result.ts";

export default function PlacesTab() {
  const { preferences } = useActions();
  const method = useSelect((state) => state.pruning.method);
  const result = useResult("methods");
  const model = useResultModel(result);
  const staleRatio = useOtherRatio("methods", result);
  const data = useMemo(() => result && placesData(result, method), [result, method]);
  const asked = useSelect((state) => state.pruning.ratio);
  const reference = useReference(data === null);
  const elsewhere = useMemo(() => reference && placesReference(reference, method, asked), [reference, method, asked]);
  if (data) {
    return (
      <div className={experiment.experiment}>
        <KlPlaces model={model} staleRatio={staleRatio} data={data} />
      </div>
    );
  }
  return (
    <div className={experiment.experiment}>
      {!elsewhere && (
        <p className={texts.empty}>{methodLabel(method)} has not been measured on the evaluation samples yet.</p>
      )}
      <div className={texts.row}>
        <button type="button" className={controls.button} onClick={() => preferences.openTab("methods")}>
          Go to Methods
        </button>
        <p className={texts.note}>They are measured there; this picture is made of the same measurements.</p>
      </div>
      {reference && elsewhere && (
        <Reference
          name="methods"
          reference={reference}
          calibration={reference.origin.calibration}
          note={nearestText(elsewhere.ratio, asked, formatRatio)}
        >
          <KlPlaces model={referenceModel(reference)} data={elsewhere} />
        </Reference>
      )}
    </div>
  );
}
