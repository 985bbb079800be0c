/** Makes a side to compare with without walking there: a method at a ratio, on the model and picture at hand. */
import { useState } from "react";
import { formatShare } from "../../charts/format.ts";
import { methods } from "../../core/methods/index.ts";
import { DEFAULT_METHOD } from "../../state/slices/pruning/method.ts";
import { MAXIMUM_RATIO } from "../../state/slices/pruning/pruning.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { pinUnavailable } from "./PinButton.tsx";

const EQUAL = "equal";
const RATIOS = Array.from({ length: Math.round(MAXIMUM_RATIO / 0.05) }, (_, step) => (step + 1) * 5);

export function AddSide() {
  const { pins } = useActions();
  const atHand = useSelect((state) => state.pruning.method);
  const percent = useSelect((state) => Math.round(state.pruning.ratio * 1000) / 10);
  const reached = useSelect((state) => state.pruning.frame?.reachedRatio ?? null);
  const reason = useSelect(pinUnavailable);
  const failure = useSelect((state) => state.pins.failure);
  // Another method than the one at hand is what one wants first.
  const [chosen, setChosen] = useState<string | null>(null);
  const [ratio, setRatio] = useState(EQUAL);
  const method =
    chosen ??
    methods.find(({ name }) => name === (atHand === "wanda-sp" ? DEFAULT_METHOD : "wanda-sp"))?.name ??
    atHand;
  const ratios = RATIOS.includes(percent) ? RATIOS : [...RATIOS, percent].sort((a, b) => a - b);
  const add = () => {
    pins.add({ method, ratio: ratio === EQUAL ? EQUAL : Number(ratio) / 100 });
  };
  return (
    <fieldset className={texts.row}>
      <legend className={texts.note}>Pin another side, on the model and picture at hand</legend>
      <select
        className={controls.select}
        aria-label="Compare with"
        value={method}
        onChange={(event) => setChosen(event.currentTarget.value)}
      >
        {methods.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      <select
        className={controls.select}
        aria-label="At which ratio"
        value={ratio}
        onChange={(event) => setRatio(event.currentTarget.value)}
      >
        <option value={EQUAL}>
          same reached ratio as now{reached === null ? "" : ` (${formatShare(reached, 1)})`}
        </option>
        {ratios.map((choice) => (
          <option key={choice} value={choice}>
            {choice}&nbsp;%
          </option>
        ))}
      </select>
      <button
        type="button"
        className={controls.button}
        disabled={reason !== null}
        title={reason ?? undefined}
        onClick={add}
      >
        Add side
      </button>
      {failure && (
        <p className={texts.note} role="alert">
          {failure.message} {failure.hint}
        </p>
      )}
    </fieldset>
  );
}
