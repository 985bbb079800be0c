/** A chart's place while there is nothing to draw: the same name, and what it waits for. */
import { useId } from "react";

export interface EmptyChartProps {
  readonly title: string;
  readonly text: string;
}

export function EmptyChart({ title, text }: EmptyChartProps) {
  const id = useId();
  return (
    <section className="chart chart-pending" aria-labelledby={id}>
      <h2 id={id} className="chart-title">
        {title}
      </h2>
      <p className="chart-empty">{text}</p>
    </section>
  );
}
