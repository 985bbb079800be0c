/** The plan at hand applied for real: a switch to the smaller model and back, its bytes, and its check against masks. */
import { useId, useState } from "react";
import { formatShare } from "../../charts/format.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import { methodLabel } from "../../core/methods/index.ts";
import { isBusy } from "../../state/job-state.ts";
import { weightsOf } from "../../state/provenance.ts";
import { inputKey } from "../../state/slices/input/input.ts";
import type { SlicingState } from "../../state/slices/slicing/slicing-state.ts";
import { Alert } from "../Alert.tsx";
import { Progress } from "../Progress.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { waitingText } from "../words.ts";
import { checkWords } from "./check-words.ts";

export default function SlicedModel() {
  const { slicing: actions } = useActions();
  const id = useId();
  const slicing = useSelect((state) => state.slicing);
  const planned = useSelect((state) => state.pruning.of !== null);
  const traced = useSelect((state) => state.reasoning.trace !== null);
  const current = useSelect(
    (state) => state.pruning.of !== null && "weights" in weightsOf(state, state.pruning.of.plan),
  );
  const input = useSelect((state) => inputKey(state.input));
  const [release, setRelease] = useState(false);
  const busy = isBusy(slicing);
  const { of, summary, released } = slicing;
  const on = of !== null;
  const slice = () => void actions.run((run) => void run.slice(release));

  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`} className={texts.panelTitle}>
        Sliced model
      </h3>
      <p id={`${id}-text`} className={texts.note}>
        Takes what the plan removes out of the weights. Text and KL of this plan then come from the smaller model; every
        other plan is still masked.
      </p>
      <label className={controls.check}>
        <input
          type="checkbox"
          role="switch"
          checked={on}
          aria-checked={on}
          disabled={busy || (!on && (!planned || released))}
          aria-describedby={`${id}-text`}
          onChange={() => (on ? void actions.run((run) => void run.back()) : slice())}
        />
        <span>Run the sliced model</span>
      </label>
      {!on && !released && (
        <label className={controls.check}>
          <input type="checkbox" checked={release} disabled={busy} onChange={() => setRelease(!release)} />
          <span>
            Release the dense weights{" "}
            <span className={texts.note}>where memory is short; going back loads the model again</span>
          </span>
        </label>
      )}
      {busy && (
        <div className={texts.row}>
          <Working slicing={slicing} />
          <button type="button" className={controls.button} onClick={() => void actions.run((run) => run.cancel())}>
            Cancel
          </button>
        </div>
      )}
      {slicing.failure && <Alert failure={slicing.failure} />}
      {!on && released && !busy && (
        <div className={texts.row}>
          <p className={texts.noteStrong}>The dense weights were released, and there are no sliced ones.</p>
          <button type="button" className={controls.button} onClick={() => void actions.run((run) => void run.back())}>
            Load the model again
          </button>
        </div>
      )}
      {of && summary && (
        <>
          <p role="status" className={texts.note}>
            {`${methodLabel(of.plan.method)} at ${formatShare(of.plan.asked)}: weights ${formatBytes(summary.denseBytes)} → ${formatBytes(summary.slicedBytes)}.`}
            {summary.denseReleased && " The dense weights are released."}
            {!current &&
              (released
                ? " The plan at hand is another one: masks need the dense weights."
                : " The plan at hand is another one and runs on masks.")}
          </p>
          {!released && (
            <div className={texts.row}>
              {!current && (
                <button type="button" className={controls.button} disabled={busy || !planned} onClick={slice}>
                  Slice by the plan at hand
                </button>
              )}
              <button
                type="button"
                className={controls.button}
                disabled={busy || !traced}
                onClick={() => void actions.run((run) => void run.check())}
              >
                Check against masks
              </button>
            </div>
          )}
          {slicing.check && slicing.check.input === input && (
            <p role="status" className={texts.note}>
              {checkWords(slicing.check.found)}
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Working({ slicing }: { readonly slicing: SlicingState }) {
  const activity = useSelect((state) => state.model.activity);
  const { status, progress, summary } = slicing;
  const label = summary ? "Checking against masks" : "Slicing";
  if (status === "waiting")
    return <Progress label={label} fraction={null} text={`${label}: ${waitingText(activity)}`} />;
  if (!progress) return <Progress label={label} fraction={null} text={label} />;
  const { done, total } = progress;
  return <Progress label={label} fraction={done / total} text={`${label}: ${done} of ${total} layers`} />;
}
