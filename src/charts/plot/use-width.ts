/** The width of an element in CSS pixels, followed as its container changes. */
import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/**
 * Measured before the first paint and again on each resize; `initial` stands in where there is no layout
 * (rendering to a string). Text is never measured.
 */
export function useWidth<E extends HTMLElement>(initial: number): [RefObject<E | null>, number] {
  const ref = useRef<E | null>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const element = ref.current;
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
