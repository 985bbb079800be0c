/**
 * How much larger than at 16 CSS pixels the page's type is: drawings are laid out for that size and drawn as much larger,
 * so that their numbers and bars grow with the words beside them.
 */
import { useSyncExternalStore } from "react";

const DESIGNED_FOR = 16;

/** 1 where there is no page (rendering to a string). */
export function chartScale(): number {
  if (typeof document === "undefined") return 1;
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / DESIGNED_FOR || 1;
}

/** The page's type changes its size with the window's only. */
const subscribe = (listener: () => void) => {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
};

export function useChartScale(): number {
  return useSyncExternalStore(subscribe, chartScale, () => 1);
}
