/** Where KL lives in the traces, for the method at hand; from what the tab Methods has measured. */
import "./experiments.css";
import { useMemo } from "react";
import { KlPlaces } from "../../charts/kl/KlPlaces.tsx";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import { modelLabel } from "../plan-context.ts";
import { useActions, useSelect } from "../use-workbench.ts";
import { placesData } from "./data.ts";
import { useResult } from "./use-result.ts";

export default function PlacesTab() {
  const { preferences } = useActions();
  const model = useSelect(modelLabel);
  const method = useSelect((state) => state.pruning.method);
  const result = useResult("methods");
  const data = useMemo(() => result && placesData(result, method), [result, method]);
  if (data) {
    return (
      <div className="experiment">
        <KlPlaces model={model} data={data} />
      </div>
    );
  }
  return (
    <div className="experiment">
      <p className="chart-empty">{methodLabel(method)} has not been measured on the evaluation samples yet.</p>
      <div className="row">
        <button type="button" className="button" onClick={() => preferences.openTab("methods")}>
          Go to Methods
        </button>
        <p className="note">They are measured there; this picture is made of the same measurements.</p>
      </div>
    </div>
  );
}
