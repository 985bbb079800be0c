/** The KL colour scale in words and nats. Title text of each step says what it bounds (see kl-scale.ts). */
import "./kl-colours.css";
import styles from "./KlLegend.module.css";
import { klLegendEntries } from "./kl-scale.ts";

export function KlLegend() {
  return (
    <div className={styles.klLegend}>
      <div className={styles.klScale}>
        <span>KL per token, nats</span>
        <ul aria-label="Colour scale of KL per token in nats">
          {klLegendEntries().map((entry) => (
            <li key={entry.step} title={entry.meaning}>
              <i className={styles.klSwatch} data-kl={entry.step} />
              <span className={styles.klRange}>{entry.range}</span>
              <span>{entry.word}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
