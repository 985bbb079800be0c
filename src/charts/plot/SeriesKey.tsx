/** The key of a chart of several series, which is its readout as well: line, marker, name and the value at hand. */
import hidden from "../../styles/hidden.module.css";
import { DASHES, type Look, markerPath } from "./looks.ts";
import styles from "./SeriesKey.module.css";
import series from "./series.module.css";
import { seriesClass } from "./series-class.ts";

export interface SeriesEntry {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  /** The value at the cursor: "8.87 (8.61–9.10)". */
  readonly text: string;
  /** Best of the values at the cursor. */
  readonly best?: boolean;
}

export interface SeriesKeyProps {
  /** What the values are read at: "At 40 %, mean and 95 % interval over 600 samples". */
  readonly heading: string;
  readonly entries: readonly SeriesEntry[];
}

export function SeriesKey({ heading, entries }: SeriesKeyProps) {
  return (
    <div className={styles.seriesKey}>
      <p>{heading}</p>
      <ul>
        {entries.map(({ id, label, look, text, best = false }) => (
          <li key={id} data-best={best || undefined}>
            <SeriesSample look={look} />
            <span className={styles.seriesName}>{label}</span>
            <span className={styles.seriesValue}>
              {best && <span className={hidden.visuallyHidden}>best: </span>}
              {text}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A short piece of a series' line with its marker. */
export function SeriesSample({ look }: { readonly look: Look }) {
  return (
    <svg className={seriesClass(look)} width={30} height={10} aria-hidden="true">
      <path className={series.seriesLine} strokeDasharray={DASHES[look]} d="M0 5H30" />
      <path className={series.seriesMarker} d={markerPath(look, 15, 5)} />
    </svg>
  );
}
