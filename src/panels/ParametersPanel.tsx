/**
 * Every constant of the method. Not modal: those of the plan act at once, so that the charts can be watched meanwhile;
 * those of the calibration mark it as outdated.
 */

import { type ChangeEvent, useEffect, useState } from "react";
import { markerGroups } from "../core/markers.ts";
import { methods } from "../core/methods/index.ts";
import { parameterExplanations } from "../core/parameters/explanations.ts";
import { choiceDescriptions, type ParameterDescription, parameterDescriptions } from "../core/parameters.ts";
import { isBusy } from "../state/job-state.ts";
import { calibrationOutdated } from "../state/slices/calibration.ts";
import { changedParameters, DEFAULT_METHOD, startingParameters } from "../state/slices/pruning/method.ts";
import { Alert } from "./Alert.tsx";
import styles from "./ParametersPanel.module.css";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import SlicedModel from "./slicing/SlicedModel.tsx";
import { UndoLine } from "./UndoLine.tsx";
import { useEqualChoices } from "./use-equal-choices.ts";
import { useActions, useSelect } from "./use-workbench.ts";
import { formatRatio } from "./words.ts";

const SECTIONS: readonly { readonly section: ParameterDescription["section"]; readonly title: string }[] = [
  { section: "pivots", title: "Pivot tokens" },
  { section: "calibration", title: "Calibration" },
  { section: "fusion", title: "Fusion and protection" },
  { section: "allocation", title: "Least that stays" },
];

/** Fusion and protection are what sets the first method apart; no other one reads their constants. */
const FUSION = "fusion";

export default function ParametersPanel() {
  const { preferences, pruning, calibration } = useActions();
  const failure = useSelect((state) => state.pruning.failure);
  const parameters = useSelect((state) => state.pruning.parameters);
  const summary = useSelect((state) => state.model.summary);
  const replaced = useSelect((state) => state.pruning.replaced);
  const outdated = useSelect(calibrationOutdated);
  const calibrating = useSelect(({ calibration }) => isBusy(calibration));
  const method = useSelect((state) => state.pruning.method);
  const start = startingParameters(summary);
  const changed = Object.keys(changedParameters(parameters, start));
  useEscape(() => preferences.open(null));

  return (
    <aside className={styles.drawer} data-drawer aria-labelledby="advanced-title">
      <div className={texts.row}>
        <h2 id="advanced-title" className={texts.dialogTitle}>
          Advanced
        </h2>
        <button
          type="button"
          className={controls.button}
          disabled={changed.length === 0}
          onClick={() => pruning.resetParameter()}
        >
          Reset all
        </button>
        <button type="button" className={controls.button} onClick={() => preferences.open(null)}>
          Close
        </button>
      </div>
      <p className={texts.note}>
        Every constant, with its authors' value. Changes of the plan show at once.
        {summary?.recommended.window !== undefined &&
          ` For this model a window of ${summary.recommended.window} is recommended, because its traces are short.`}
      </p>
      <UndoLine offer={replaced} onUndo={pruning.undoReplace} />
      {outdated && (
        <div className={texts.row}>
          <p className={texts.noteStrong}>The calibration was made with other constants.</p>
          <button
            type="button"
            className={controls.buttonPrimary}
            disabled={calibrating}
            onClick={() => void calibration.start()}
          >
            Recalibrate
          </button>
        </div>
      )}
      {failure && <Alert failure={failure} />}
      <MethodChoices />
      <SlicedModel />
      {SECTIONS.filter(({ section }) => section !== FUSION || method === DEFAULT_METHOD).map(({ section, title }) => (
        <fieldset key={section} className={styles.parameters}>
          <legend className={texts.panelTitle}>{title}</legend>
          {parameterDescriptions
            .filter((description) => description.section === section)
            .map((description) => (
              <NumberParameter
                key={description.name}
                description={description}
                value={parameters[description.name]}
                standard={start[description.name]}
              />
            ))}
          {section === "pivots" && <Markers />}
        </fieldset>
      ))}
    </aside>
  );
}

/** What the method at hand is, and the choices that it reads. */
function MethodChoices() {
  const { pruning } = useActions();
  const method = useSelect((state) => state.pruning.method);
  const parameters = useSelect((state) => state.pruning.parameters);
  const summary = useSelect((state) => state.model.summary);
  const ratio = useSelect((state) => state.pruning.ratio);
  const equal = useEqualChoices();
  const about = methods.find(({ name }) => name === method);
  const start = startingParameters(summary);
  return (
    <fieldset className={styles.parameters}>
      <legend className={texts.panelTitle}>{about?.label}</legend>
      <p className={texts.note}>{about?.explanation}</p>
      <p className={texts.note}>
        Source: {about?.source.replace(/\.$/, "")}. Its own allocation: {about?.ownAllocation}.
      </p>
      {choiceDescriptions
        .filter((description) => description.methods?.includes(method) ?? true)
        .map(({ name, label, choices }) => (
          <div
            key={name}
            className={styles.parameterChoice}
            data-changed={parameters[name] !== start[name] || undefined}
          >
            <label htmlFor={`parameter-${name}`}>{label}</label>
            <select
              id={`parameter-${name}`}
              className={controls.select}
              value={parameters[name]}
              aria-describedby={`parameter-${name}-text`}
              onChange={(event) => pruning.setParameter(name, event.currentTarget.value)}
            >
              {choices.map((choice) => (
                <option key={choice.value} value={choice.value}>
                  {choice.label}
                </option>
              ))}
            </select>
            <p id={`parameter-${name}-text`} className={texts.note}>
              {parameterExplanations[name]}
              {sameWords(
                equal.filter((choice) => choice.name === name).map(({ label: word }) => word),
                ratio,
              )}
            </p>
          </div>
        ))}
    </fieldset>
  );
}

/** " At 40 %, param_mix gives the same plan." */
function sameWords(words: readonly string[], ratio: number): string {
  if (words.length === 0) return "";
  return ` At ${formatRatio(ratio)}, ${words.join(" and ")} ${words.length === 1 ? "gives" : "give"} the same plan.`;
}

interface NumberParameterProps {
  readonly description: ParameterDescription;
  readonly value: number;
  readonly standard: number;
}

function NumberParameter({ description, value, standard }: NumberParameterProps) {
  const { pruning } = useActions();
  const [typed, setTyped] = useState<string | null>(null);
  const { name, label, minimum, maximum, step } = description;
  const id = `parameter-${name}`;
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const { value: text } = event.currentTarget;
    setTyped(text);
    if (text.trim() !== "") pruning.setParameter(name, Number(text));
  };
  return (
    <div className={styles.parameter} data-changed={value !== standard || undefined}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={minimum}
        max={maximum}
        step={step}
        value={typed ?? String(value)}
        aria-describedby={`${id}-text`}
        onChange={onChange}
        onBlur={() => setTyped(null)}
      />
      <button
        type="button"
        className={controls.buttonQuiet}
        aria-label={`Reset ${label} to ${standard}`}
        disabled={value === standard}
        onClick={() => {
          setTyped(null);
          pruning.resetParameter(name);
        }}
      >
        {standard}
      </button>
      <p id={`${id}-text`} className={texts.note}>
        {parameterExplanations[name]}
      </p>
    </div>
  );
}

function Markers() {
  const { pruning } = useActions();
  const markers = useSelect((state) => state.pruning.parameters.markers);
  const toggle = (name: string) =>
    pruning.setParameter(
      "markers",
      markerGroups.map((group) => group.name).filter((other) => (other === name) !== markers.includes(other)),
    );
  return (
    <fieldset className={styles.markers}>
      <legend>Markers</legend>
      {markerGroups.map((group) => (
        <label key={group.name} className={controls.check}>
          <input type="checkbox" checked={markers.includes(group.name)} onChange={() => toggle(group.name)} />
          <span>
            {group.label} <span className={texts.note}>{group.examples}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function useEscape(close: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && close();
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  });
}
