/** Beside a failure: what this browser keeps of the model can be put away, so that all of it is fetched anew. */
import { useEffect, useState } from "react";
import { formatBytes } from "../../core/format-bytes.ts";
import type { ModelSource } from "../../models/model-source.ts";
import type { StoredModel } from "../../state/environment.ts";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";

/** All versions of the repository: which of them is at fault, nobody can tell. */
export function keptOf(source: ModelSource, models: readonly StoredModel[]): readonly StoredModel[] {
  if (source.kind !== "hub") return [];
  return models.filter(({ repository, hubUrl }) => repository === source.repository && hubUrl === source.hubUrl);
}

export default function ForgetKept({ source }: { readonly source: ModelSource }) {
  const { stored } = useActions();
  const { models, removing, failure } = useSelect((state) => state.stored);
  const [removed, setRemoved] = useState(false);
  useEffect(() => {
    void stored.refresh();
  }, [stored]);
  const kept = keptOf(source, models ?? []);
  const bytes = kept.reduce((sum, model) => sum + model.bytes, 0);
  if (bytes === 0) return removed && <span role="status">Nothing of it is kept any more.</span>;
  const remove = async () => {
    setRemoved(true);
    for (const model of kept) await stored.remove(model);
  };
  return (
    <>
      <button type="button" className={controls.button} disabled={removing !== null} onClick={() => void remove()}>
        Remove the {formatBytes(bytes)} that are kept
      </button>
      {removed && failure && <span role="status">{failure.message}</span>}
    </>
  );
}
