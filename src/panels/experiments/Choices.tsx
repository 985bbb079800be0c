/** What an experiment measures: methods, ratios, samples, the models' own words. Fixed while it runs. */
import type { ReactNode } from "react";
import { formatShare } from "../../charts/format.ts";
import { methods } from "../../core/methods/index.ts";
import { RATIOS, SAMPLES_PER_FAMILY, textLayers } from "../../state/slices/experiments/experiments-choices.ts";
import type { ExperimentChoices, ExperimentName } from "../../state/slices/experiments/experiments-state.ts";
import hidden from "../../styles/hidden.module.css";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./Choices.module.css";

export interface ChoicesProps {
  readonly name: ExperimentName;
  readonly children?: ReactNode;
}

/** The choices that all experiments share, below those of this one. */
export function Choices({ name, children }: ChoicesProps) {
  const { experiments } = useActions();
  const { samplesPerFamily, generate } = useSelect((state) => state.experiments.choices);
  const status = useSelect((state) => state.experiments.runs[name].status);
  return (
    <fieldset className={styles.choices} disabled={status === "running" || status === "paused"}>
      <legend className={hidden.visuallyHidden}>What is measured</legend>
      {children}
      <div className={styles.line}>
        <label className={controls.labelled}>
          Samples per family
          <select
            className={controls.select}
            value={samplesPerFamily}
            onChange={(event) => experiments.choose({ samplesPerFamily: Number(event.currentTarget.value) })}
          >
            {SAMPLES_PER_FAMILY.map((count) => (
              <option key={count}>{count}</option>
            ))}
          </select>
        </label>
        <label className={controls.check} title="Judge, exact match, F1 and the like need it; KL and perplexity do not">
          <input
            type="checkbox"
            checked={generate}
            onChange={(event) => experiments.choose({ generate: event.currentTarget.checked })}
          />
          <span>
            Let the models write{" "}
            <span className={texts.note}>takes most of the time; without it, KL and perplexity only</span>
          </span>
        </label>
      </div>
    </fieldset>
  );
}

export function MethodChoices() {
  const chosen = useSelect((state) => state.experiments.choices.methods);
  return (
    <CheckList
      legend="Methods"
      field="methods"
      items={methods.map(({ name, label, explanation }) => ({ value: name, label, title: explanation }))}
      chosen={chosen}
    />
  );
}

export function RatioChoices() {
  const chosen = useSelect((state) => state.experiments.choices.ratios);
  return (
    <CheckList
      legend="Ratios"
      field="ratios"
      items={RATIOS.map((ratio) => ({ value: ratio, label: formatShare(ratio) }))}
      chosen={chosen}
    />
  );
}

export function WindowChoice() {
  const { experiments } = useActions();
  const size = useSelect((state) => state.experiments.choices.windowSize);
  const layers = useSelect((state) => textLayers(state.model.summary?.layout));
  return (
    <label className={controls.labelled}>
      Layers in a window
      <select
        className={controls.select}
        value={Math.min(size, layers)}
        onChange={(event) => experiments.choose({ windowSize: Number(event.currentTarget.value) })}
      >
        {Array.from({ length: layers }, (_, index) => index + 1).map((count) => (
          <option key={count}>{count}</option>
        ))}
      </select>
    </label>
  );
}

interface CheckListProps<Value> {
  readonly legend: string;
  readonly field: keyof Pick<ExperimentChoices, "methods" | "ratios">;
  readonly items: readonly { readonly value: Value; readonly label: string; readonly title?: string }[];
  readonly chosen: readonly Value[];
}

/** Check boxes of one list of choices; what is chosen keeps the order in which it is offered. */
function CheckList<Value extends string | number>({ legend, field, items, chosen }: CheckListProps<Value>) {
  const { experiments } = useActions();
  const toggle = (value: Value) =>
    experiments.choose({
      [field]: items.map((item) => item.value).filter((other) => (other === value) !== chosen.includes(other)),
    });
  return (
    <fieldset className={styles.line}>
      <legend className={styles.legend}>{legend}</legend>
      {items.map(({ value, label, title }) => (
        <label key={value} className={controls.check} title={title}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
