/** A chart's place while there is nothing to draw: the same name, and what it waits for. */
import { useId } from "react";
import styles from "./EmptyChart.module.css";
import texts from "./shared/text.module.css";

export interface EmptyChartProps {
  readonly title: string;
  /** What the chart will mean, as it will stand there. */
  readonly sentence: string;
  readonly text: string;
}

export function EmptyChart({ title, sentence, text }: EmptyChartProps) {
  const id = useId();
  return (
    <section className={styles.pending} aria-labelledby={id}>
      <h2 id={id} className={texts.panelTitle}>
        {title}
      </h2>
      <p className={styles.sentence}>{sentence}</p>
      <p className={`${texts.empty} ${styles.place}`}>{text}</p>
    </section>
  );
}
