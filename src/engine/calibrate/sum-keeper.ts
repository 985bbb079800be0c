/**
 * How often a calibration hands out what it has summed. After every run is what one wants, since all work behind the last
 * record is lost with a device, a worker or a page. But runs may take a fraction of a second, and sums of megabytes have
 * to come back from a GPU; so handing them out gets a share of the time, and in a run that takes longer it is every run.
 */
import type { CalibrationSums, SummedSoFar } from "../contract.ts";

/** Share of a calibration's time that handing out its sums may take. */
export const KEEPING_SHARE = 0.01;

export interface SumKeeper {
  keep(done: SummedSoFar): void;
  /** Milliseconds on a clock that only goes forward; the platform's when absent. */
  readonly now?: () => number;
  /** `KEEPING_SHARE` when absent; Infinity for every run. */
  readonly share?: number;
}

/** Says when the next handing out is due. */
export interface KeepingPace {
  due(now: number): boolean;
  /** Handing out took from `start` to `end`. */
  took(start: number, end: number): void;
}

/** The first time is due at once; every other when what the one before took is no more than `share` of the time since. */
export function createKeepingPace(share: number): KeepingPace {
  let next = Number.NEGATIVE_INFINITY;
  return {
    due: (now) => now >= next,
    took(start, end) {
      next = end + (end - start) / share;
    },
  };
}

/** @param read the sums as they stand. @returns what is to be called after every run; it resolves when the next may begin. */
export function createPacedKeeper(
  { keep, now = () => performance.now(), share = KEEPING_SHARE }: SumKeeper,
  read: () => Promise<CalibrationSums>,
): (counts: Omit<SummedSoFar, "sums">) => Promise<void> {
  const pace = createKeepingPace(share);
  return async (counts) => {
    const start = now();
    if (!pace.due(start)) return;
    keep({ ...counts, sums: await read() });
    pace.took(start, now());
  };
}
