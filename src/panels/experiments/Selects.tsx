/** What of a result is drawn: metric and question family. Nothing is measured anew for it. */

import { familiesOf } from "../../core/experiments/estimate.ts";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { chosenMetric, metricsOf } from "./data.ts";

export interface SelectProps {
  readonly result: ExperimentResult;
}

/** @param props.generate whether the models wrote, which most metrics need. */
export function MetricSelect({ generate }: { readonly generate: boolean }) {
  const { experiments } = useActions();
  const metric = useSelect((state) => state.experiments.choices.metric);
  return (
    <label className={controls.labelled}>
      Metric
      <select
        className={controls.select}
        value={chosenMetric(metric, generate).id}
        onChange={(event) => experiments.choose({ metric: event.currentTarget.value })}
      >
        {metricsOf(generate).map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

const ALL = "";

export function FamilySelect({ result }: SelectProps) {
  const { experiments } = useActions();
  const family = useSelect((state) => state.experiments.choices.family);
  const families = familiesOf(result);
  return (
    <label className={controls.labelled}>
      Questions
      <select
        className={controls.select}
        value={family !== null && families.includes(family) ? family : ALL}
        onChange={(event) => experiments.choose({ family: event.currentTarget.value || null })}
      >
        <option value={ALL}>all families</option>
        {families.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
