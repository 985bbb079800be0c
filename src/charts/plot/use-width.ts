/** The width of an element in CSS pixels, followed as its container changes. */
import { type RefCallback, useCallback, useState } from "react";
import { useChartScale } from "./chart-scale.ts";

/**
 * Measured before the first paint and again on each resize; `initial` stands in where there is no layout
 * (rendering to a string). Another element with the same ref, as after a chart was shown as a table, is followed in its
 * turn. Text is never measured.
 */
export function useWidth<E extends HTMLElement>(initial: number): [RefCallback<E>, number] {
  const [width, setWidth] = useState(initial);
  const ref = useCallback((element: E | null) => {
    if (!element) return;
    const measure = () => {
      const next = Math.floor(element.clientWidth);
      if (next > 0) setWidth(next);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** The same in the units of a drawing that `Plot` scales, see `chart-scale.ts`. */
export function useChartWidth<E extends HTMLElement>(initial: number): [RefCallback<E>, number] {
  const [ref, width] = useWidth<E>(initial);
  return [ref, width / useChartScale()];
}
