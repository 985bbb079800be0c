/** A chart's place while there is nothing to draw: the same name, and what it waits for. */
import { useId } from "react";
import styles from "./EmptyChart.module.css";
import texts from "./shared/text.module.css";

export interface EmptyChartProps {
  readonly title: string;
  readonly text: string;
}

export function EmptyChart({ title, text }: EmptyChartProps) {
  const id = useId();
  return (
    <section className={styles.pending} aria-labelledby={id}>
      <h2 id={id} className={texts.panelTitle}>
        {title}
      </h2>
      <p className={texts.empty}>{text}</p>
    </section>
  );
}
