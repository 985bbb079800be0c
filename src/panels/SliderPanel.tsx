/** The one gesture: the pruning ratio, as a slider and as a number. */
import { type ChangeEvent, type CSSProperties, type KeyboardEvent, useState } from "react";
import { formatCount, formatShare } from "../charts/format.ts";
import { MAXIMUM_RATIO } from "../state/slices/pruning/pruning.ts";
import { Alert } from "./Alert.tsx";
import { CURVE_SUMMARY } from "./curve/summary-id.ts";
import styles from "./SliderPanel.module.css";
import { createPartStore, usePart } from "./use-part.ts";
import { useActions, useSelect } from "./use-workbench.ts";

const curvePart = createPartStore(() => import("./curve/CurvePart.tsx"));

const MAXIMUM = MAXIMUM_RATIO * 100;
const LARGE_STEP = 5;
const TICKS = Array.from({ length: MAXIMUM / 10 + 1 }, (_, index) => index * 10);

/** Percent that a key leads to, null for keys that the native slider does as we want. */
export function percentAfterKey(key: string, shift: boolean, percent: number): number | null {
  const clamp = (value: number) => Math.min(MAXIMUM, Math.max(0, value));
  const large = key === "PageUp" || key === "PageDown" || shift;
  if (!large) return null;
  if (key === "PageUp" || key === "ArrowRight" || key === "ArrowUp") return clamp(percent + LARGE_STEP);
  if (key === "PageDown" || key === "ArrowLeft" || key === "ArrowDown") return clamp(percent - LARGE_STEP);
  return null;
}

export function SliderPanel() {
  const { pruning } = useActions();
  const ratio = useSelect((state) => state.pruning.ratio);
  const failure = useSelect((state) => state.pruning.failure);
  const percent = Number((ratio * 100).toFixed(1));
  // Not before there is something to draw: the first screen does without it.
  const measured = useSelect((state) => state.curve.points.length > 0);
  const { found: curve } = usePart(curvePart, measured);
  const drawn = measured && curve !== null;

  const onKeyDown = (event: KeyboardEvent) => {
    const next = percentAfterKey(event.key, event.shiftKey, percent);
    if (next === null) return;
    event.preventDefault();
    pruning.setRatio(next / 100);
  };

  return (
    <div className={styles.panel}>
      <label htmlFor="ratio" className={styles.label}>
        Pruning ratio
      </label>
      <PercentField percent={percent} />
      {drawn && <curve.default />}
      <input
        id="ratio"
        type="range"
        className={styles.slider}
        min={0}
        max={MAXIMUM}
        step={1}
        value={percent}
        style={{ "--filled": `${(percent / MAXIMUM) * 100}%` } as CSSProperties}
        aria-valuetext={useValueText(ratio)}
        aria-describedby={drawn ? CURVE_SUMMARY : undefined}
        onChange={(event) => pruning.setRatio(event.currentTarget.valueAsNumber / 100)}
        onKeyDown={onKeyDown}
        onPointerDown={() => pruning.hold(true)}
        onPointerUp={() => pruning.hold(false)}
        onPointerCancel={() => pruning.hold(false)}
      />
      <div className={styles.ticks} aria-hidden="true">
        {TICKS.map((tick) => (
          <span key={tick} style={{ insetInlineStart: `${(tick / MAXIMUM) * 100}%` }}>
            {tick}
          </span>
        ))}
      </div>
      {failure && (
        <div className={styles.failure}>
          <Alert failure={failure} />
        </div>
      )}
    </div>
  );
}

function useValueText(ratio: number): string {
  return useSelect(({ pruning, model }) => {
    const asked = `${formatShare(ratio)} of structural parameters removed`;
    const units = model.summary?.layout.unitCount;
    return pruning.frame && units !== undefined
      ? `${asked}, ${formatCount(pruning.frame.keptUnits)} of ${formatCount(units)} units kept`
      : asked;
  });
}

/** The ratio as a number. What is typed stays as typed until the field is left; the plan follows at once. */
function PercentField({ percent }: { readonly percent: number }) {
  const { pruning } = useActions();
  const [typed, setTyped] = useState<string | null>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const { value } = event.currentTarget;
    setTyped(value);
    if (value.trim() !== "") pruning.setRatio(Number(value) / 100);
  };
  return (
    <span className={styles.percent}>
      <input
        type="number"
        className={styles.percentField}
        aria-label="Pruning ratio in per cent"
        min={0}
        max={MAXIMUM}
        step={1}
        inputMode="decimal"
        value={typed ?? String(percent)}
        onChange={onChange}
        onBlur={() => setTyped(null)}
      />
      <span aria-hidden="true">%</span>
    </span>
  );
}
