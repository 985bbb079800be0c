/** Device pixels per CSS pixel; follows zoom and a move to another screen. 1 where there is no window. */
import { useSyncExternalStore } from "react";

export function useDensity(): number {
  return useSyncExternalStore(
    subscribe,
    () => window.devicePixelRatio || 1,
    () => 1,
  );
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("resize", onChange);
  const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  query.addEventListener("change", onChange);
  return () => {
    window.removeEventListener("resize", onChange);
    query.removeEventListener("change", onChange);
  };
}
