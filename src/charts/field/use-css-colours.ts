/** Colours of the theme as bytes, for drawing on a canvas; read again when the theme changes. */
import { type RefObject, useLayoutEffect, useState } from "react";
import type { Rgb } from "./field-paint.ts";

/**
 * Values of the custom properties `names` at the element, whatever notation the theme uses; null before the first
 * layout. Follows the attributes of the root element and the system's colour scheme.
 */
export function useCssColours(ref: RefObject<Element | null>, names: readonly string[]): readonly Rgb[] | null {
  const joined = names.join(" ");
  const [colours, setColours] = useState<readonly Rgb[] | null>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (!element || !pixel) return;
    const read = () => {
      const style = getComputedStyle(element);
      const next = joined.split(" ").map((name): Rgb => {
        pixel.clearRect(0, 0, 1, 1);
        pixel.fillStyle = style.getPropertyValue(name).trim();
        pixel.fillRect(0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0] = pixel.getImageData(0, 0, 1, 1).data;
        return [red, green, blue];
      });
      setColours((before) => (String(before) === String(next) ? before : next));
    };
    read();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const observer = new MutationObserver(read);
    scheme.addEventListener("change", read);
    observer.observe(document.documentElement, { attributes: true });
    return () => {
      scheme.removeEventListener("change", read);
      observer.disconnect();
    };
  }, [ref, joined]);
  return colours;
}
