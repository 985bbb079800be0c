/**
 * Keeps the address in step with the store. What is a place to come back to gets an entry in the browser's history: another
 * picture, and where the thumb was let go. While it is moved its entry is written over, so that a step back leads to where
 * it stood before.
 */
import type { Context } from "../context.ts";
import { encodeSharedState } from "./url.ts";
import { sharedState } from "./url-sync.ts";

/** Milliseconds after the last change before the address follows: browsers limit how often it may be written. */
const WRITE_DELAY = 300;

/** Milliseconds after which a thumb that nobody holds, as one moved by keys, has been let go. */
const LET_GO = 1000;

export interface AddressBar {
  stop(): void;
  /** What is shown by `work` stands in the history already: its address is written over. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Writes the address after each change that a link would carry, unless it is held. */
export function followWithAddress({ store, get, environment }: Context): AddressBar {
  const placeAtHand = () => ({ example: get().input.picture?.exampleId ?? null, ratio: get().pruning.ratio });
  const hashAtHand = () => (get().link.holds ? null : encodeSharedState(sharedState(get())));
  /** What the entry at hand stands for; null before the first. */
  let last: ReturnType<typeof placeAtHand> | null = null;
  /** Whether the entry at hand is that of the movement at hand. */
  let moving = false;
  let visits = 0;
  /** Where the last link has led to. */
  let arrived: string | null = null;
  let callOff = () => {};
  /** Whether a change has not been written yet. */
  let due = false;

  function write(): void {
    callOff();
    const hash = hashAtHand();
    due = false;
    if (hash === null) return;
    const now = placeAtHand();
    const pictured = last !== null && last.example !== null && last.example !== now.example;
    const moved = last !== null && last.ratio !== now.ratio;
    const passing = visits > 0 || hash === arrived || (moving && !pictured);
    environment.writeHash(hash, !passing && (pictured || moved) ? "push" : "replace");
    arrived = visits > 0 ? arrived : null;
    moving = !passing && moved ? true : moving;
    last = now;
    callOff = environment.after(LET_GO - WRITE_DELAY, () => {
      if (!get().pruning.held) moving = false;
    });
  }

  const stops = [
    store.subscribe(hashAtHand, () => {
      callOff();
      due = true;
      callOff = environment.after(WRITE_DELAY, write);
    }),
    store.subscribe(
      ({ pruning }) => pruning.held,
      () => {
        // Let go: this is the place. Taken up: from here on another one.
        if (due) write();
        moving = false;
      },
    ),
  ];
  return {
    stop() {
      callOff();
      for (const stop of stops) stop();
    },
    async during(work) {
      visits += 1;
      try {
        return await work();
      } finally {
        visits -= 1;
        arrived = hashAtHand();
      }
    },
  };
}
