/** Switches a chart's value axis between linear and logarithmic, and says what the axis at hand is. */
import buttons from "../frame/action.module.css";
import styles from "./ScaleSwitch.module.css";

export interface ScaleSwitchProps {
  readonly logarithmic: boolean;
  readonly onChange: (logarithmic: boolean) => void;
  /** What a logarithmic axis says of itself: where it is linear. */
  readonly note: string;
}

export function ScaleSwitch({ logarithmic, onChange, note }: ScaleSwitchProps) {
  return (
    <p className={styles.scaleSwitch}>
      <button
        type="button"
        className={`${buttons.chartAction} ${styles.scaleButton}`}
        aria-pressed={logarithmic}
        onClick={() => onChange(!logarithmic)}
      >
        logarithmic
      </button>
      <span>{logarithmic ? note : "linear axis"}</span>
    </p>
  );
}
