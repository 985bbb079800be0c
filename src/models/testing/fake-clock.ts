/** A clock that never waits, remembers for how long it was asked to, and goes on when a test says so. */
import { throwIfCancelled } from "../../core/errors.ts";
import type { Clock } from "../hub/retry.ts";

export interface FakeClock extends Clock {
  readonly waits: number[];
  /** Resolves when somebody has asked to be called back. */
  armed(): Promise<void>;
  /** Moves the clock and calls back who is due. */
  elapse(milliseconds: number): void;
}

export function createFakeClock(start = 1_000_000_000_000): FakeClock {
  const waits: number[] = [];
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  const arrived: (() => void)[] = [];
  let now = start;
  return {
    waits,
    now: () => now,
    async wait(milliseconds, signal) {
      throwIfCancelled(signal);
      waits.push(milliseconds);
    },
    after(milliseconds, callback) {
      const timer = { due: now + milliseconds, callback };
      timers.add(timer);
      for (const resolve of arrived.splice(0)) resolve();
      return () => timers.delete(timer);
    },
    async armed() {
      if (timers.size === 0) await new Promise<void>((resolve) => arrived.push(resolve));
    },
    elapse(milliseconds) {
      now += milliseconds;
      for (const timer of [...timers]) {
        if (timer.due > now) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
  };
}
