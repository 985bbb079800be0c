/** A bar for work whose end is known, with what is being done in words beneath it. */
import styles from "./Progress.module.css";

export interface ProgressProps {
  readonly label: string;
  /** 0..1; null while the end is not known. */
  readonly fraction: number | null;
  readonly text: string;
}

export function Progress({ label, fraction, text }: ProgressProps) {
  return (
    <div className={styles.progress}>
      {fraction === null ? (
        <progress aria-label={label} />
      ) : (
        <progress aria-label={label} value={fraction} max={1} aria-valuetext={text} />
      )}
      <p className={styles.text}>{text}</p>
    </div>
  );
}
