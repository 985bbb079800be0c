/** What the shades and marks of the neuron field mean. */
import key from "../plot/key.module.css";
import styles from "./NeuronField.module.css";

export interface FieldLegendProps {
  /** Names of the marked units. */
  readonly pinned: readonly string[];
}

export function FieldLegend({ pinned }: FieldLegendProps) {
  return (
    <ul className={key.chartKey}>
      <li>
        <i className={`${key.swatch} ${styles.swatchGone}`} />
        gone
      </li>
      <li>
        <i className={`${key.swatch} ${styles.swatchRamp}`} />
        kept, lowest to highest rank
      </li>
      {pinned.length > 0 && (
        <li>
          <i className={`${key.swatch} ${styles.swatchPin}`} />
          pinned: {pinned.slice(0, 3).join("; ")}
          {pinned.length > 3 ? ` and ${pinned.length - 3} more` : ""}
        </li>
      )}
    </ul>
  );
}
