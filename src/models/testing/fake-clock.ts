/** A clock that never waits and remembers for how long it was asked to. */
import { throwIfCancelled } from "../../core/errors.ts";
import type { Clock } from "../hub/retry.ts";

export function createFakeClock(start = 1_000_000_000_000): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => start,
    async wait(milliseconds, signal) {
      throwIfCancelled(signal);
      waits.push(milliseconds);
    },
  };
}
