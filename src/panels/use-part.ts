/** Parts of the page that are fetched when they are first wanted, and what stands in their place when that fails. */
import { useEffect, useSyncExternalStore } from "react";
import { onDemand } from "../core/on-demand.ts";
import { type Failure, failureOf } from "../state/failure.ts";

export interface Part<Found> {
  readonly found: Found | null;
  /** Why it is not there, until it is tried again. */
  readonly failure: Failure | null;
}

export interface PartStore<Found> {
  current(): Part<Found>;
  subscribe(listener: () => void): () => void;
  /** Fetches it where it is neither there nor on its way. Resolves, whatever comes of it. */
  request(): Promise<void>;
}

/** One for each part of the page, beside the components that show it. */
export function createPartStore<Found>(load: () => Promise<Found>): PartStore<Found> {
  const fetch = onDemand(load);
  const listeners = new Set<() => void>();
  let part: Part<Found> = { found: null, failure: null };
  const show = (next: Part<Found>) => {
    part = next;
    for (const listener of listeners) listener();
  };
  return {
    current: () => part,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async request() {
      if (part.found !== null) return;
      await fetch().then(
        (found) => show({ found, failure: null }),
        (error: unknown) => show({ found: null, failure: failureOf(error) }),
      );
    },
  };
}

/** @param wanted whether it shall be fetched now, if it has not been. */
export function usePart<Found>(store: PartStore<Found>, wanted = true): Part<Found> {
  const part = useSyncExternalStore(store.subscribe, store.current, store.current);
  // Also what failed before: whoever shows it again wants it again.
  useEffect(() => {
    if (wanted) void store.request();
  }, [wanted, store]);
  return part;
}
