/** The key of a chart of several series, which is its readout as well: line, marker, name and the value at hand. */
import hidden from "../../styles/hidden.module.css";
import buttons from "../frame/action.module.css";
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

/** Which series are hidden, where entries are buttons that hide and show them. */
export interface SeriesChoice {
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (hidden: ReadonlySet<string>) => void;
}

export interface SeriesKeyProps {
  /** What the values are read at: "At 40 %, mean and 95 % interval over 600 samples". */
  readonly heading: string;
  readonly entries: readonly SeriesEntry[];
  readonly choice?: SeriesChoice;
}

export function SeriesKey({ heading, entries, choice }: SeriesKeyProps) {
  return (
    <div className={styles.seriesKey}>
      <p>{heading}</p>
      <ul>
        {entries.map((entry) => (
          <li key={entry.id} data-best={entry.best || undefined}>
            {choice ? <EntryButton entry={entry} {...choice} /> : <EntryText entry={entry} />}
          </li>
        ))}
      </ul>
      {choice && (
        <p className={styles.seriesHint}>
          Press a line of the key to hide it or to show it again.{" "}
          {choice.hidden.size > 0 && (
            <button type="button" className={buttons.chartAction} onClick={() => choice.onChange(new Set())}>
              show all
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function EntryText({ entry: { label, look, text, best = false } }: { readonly entry: SeriesEntry }) {
  return (
    <>
      <SeriesSample look={look} />
      <span className={styles.seriesName}>{label}</span>
      <span className={styles.seriesValue}>
        {best && <span className={hidden.visuallyHidden}>best: </span>}
        {text}
      </span>
    </>
  );
}

/** An entry that hides its series, and shows it again. */
function EntryButton({ entry, hidden: gone, onChange }: SeriesChoice & { readonly entry: SeriesEntry }) {
  const shown = !gone.has(entry.id);
  const toggle = () => {
    const next = new Set(gone);
    if (shown) next.add(entry.id);
    else next.delete(entry.id);
    onChange(next);
  };
  return (
    <button type="button" className={styles.seriesButton} aria-pressed={shown} onClick={toggle}>
      <EntryText entry={entry} />
    </button>
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
