/** Around what was measured elsewhere: whose it is and that it is not of here, and a button that measures here. */
import { type ReactNode, useEffect } from "react";
import { originText, type ReferenceResults } from "../../core/experiments/reference.ts";
import type { ExperimentName } from "../../state/slices/experiments/experiments-state.ts";
import { openModelLabel } from "../plan-context.ts";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./Reference.module.css";
import { unavailable } from "./Run.tsx";

/** The reference results, read when a tab that shows nothing of its own asks for them; null until they are there. */
export function useReference(wanted: boolean): ReferenceResults | null {
  const { experiments } = useActions();
  const reference = useSelect((state) => state.experiments.reference);
  const bundled = useSelect((state) => state.model.bundled.length);
  useEffect(() => {
    if (wanted && bundled > 0) void experiments.loadReference();
  }, [experiments, wanted, bundled]);
  return wanted ? reference : null;
}

/** What stands in the place of a model's name on charts of it. */
export function referenceModel({ origin }: ReferenceResults): string {
  return `reference: ${origin.label}`;
}

export interface ReferenceProps {
  readonly reference: ReferenceResults;
  readonly name: ExperimentName;
  /** Samples that its statistics were taken on. */
  readonly calibration: number;
  /** What of it is shown, where that is not what the slider says. */
  readonly note?: string;
  readonly children: ReactNode;
}

export function Reference({ reference, name, calibration, note, children }: ReferenceProps) {
  const { experiments } = useActions();
  const { origin } = reference;
  const hash = useSelect((state) => state.model.summary?.weightHash ?? null);
  const model = useSelect(openModelLabel);
  const reason = useSelect((state) => unavailable(name, state));
  const status = useSelect((state) => state.experiments.runs[name].status);
  const busy = status === "running" || status === "paused";
  const stranger = hash !== null && hash !== origin.weightHash;
  return (
    <div className={styles.reference}>
      <div className={styles.head}>
        <p>
          <strong>Not measured here yet.</strong> Below is a reference: {originText(origin)}, calibrated on{" "}
          {calibration} samples. {note}
          {stranger && <strong> It is of the model that the page brings along, not of {model}.</strong>}
        </p>
        {!busy && (
          <button
            type="button"
            className={controls.button}
            disabled={reason !== null}
            title={reason ?? undefined}
            onClick={() => void experiments.start(name)}
          >
            Measure here
          </button>
        )}
      </div>
      {children}
    </div>
  );
}

/** "It is at 40 %, the nearest to the slider's 38 %." */
export function nearestText(ratio: number, asked: number, format: (ratio: number) => string): string {
  return Math.abs(ratio - asked) < 1e-9
    ? ""
    : `It is at ${format(ratio)}, the nearest to the slider's ${format(asked)}.`;
}
