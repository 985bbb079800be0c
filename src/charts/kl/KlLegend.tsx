/** The KL colour scale in words and nats. Title text of each step says what it bounds (see kl-scale.ts). */
import { klLegendEntries } from "./kl-scale.ts";

export function KlLegend() {
  return (
    <div className="kl-legend">
      <span className="kl-legend-title">KL per token, nats</span>
      <ul aria-label="Colour scale of KL per token in nats">
        {klLegendEntries().map((entry) => (
          <li key={entry.step} title={entry.meaning}>
            <i className="kl-swatch" data-kl={entry.step} />
            <span className="kl-range">{entry.range}</span>
            <span className="kl-word">{entry.word}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
