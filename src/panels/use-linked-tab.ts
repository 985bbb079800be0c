/** A link that names a tab goes to it: it is scrolled into view as soon as it is there, unless somebody has acted by then. */
import { type RefObject, useEffect } from "react";

/** What somebody does who looks around on his own. */
const ACTS = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/**
 * Keeps `place` at the top of the window while the page around it still grows, until the first act of whoever looks at it.
 * Focus stays where it is. A reload is not a link: there the browser goes back to where one was.
 */
export function useLinkedTab(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (!cameByLink()) return;
    const observer = new ResizeObserver(() => {
      if (document.querySelector("[role=tabpanel]")) place.current?.scrollIntoView({ block: "start" });
    });
    const stop = () => {
      observer.disconnect();
      for (const act of ACTS) removeEventListener(act, stop);
    };
    observer.observe(document.body);
    for (const act of ACTS) addEventListener(act, stop, { passive: true });
    return stop;
  }, [place]);
}

function cameByLink(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "navigate" && new URLSearchParams(location.hash.slice(1)).has("tab");
}
