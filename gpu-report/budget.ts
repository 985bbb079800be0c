/** The time that a report may take, and measurements that stop when it is used up. */
import type { Spread } from "./schema.ts";

export interface Budget {
  readonly seconds: number;
  /** Aborts what is under way when the time is used up. */
  readonly signal: AbortSignal;
  used(): number;
  over(): boolean;
}

export function createBudget(seconds: number): Budget {
  const start = performance.now();
  const used = () => (performance.now() - start) / 1000;
  return { seconds, signal: AbortSignal.timeout(seconds * 1000), used, over: () => used() >= seconds };
}

/** Median (the mean of the two in the middle where their number is even), lowest and highest of what was measured. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const half = sorted.length / 2;
  const median = (at(Math.ceil(half) - 1) + at(Math.floor(half))) / 2;
  return { median, lowest: at(0), highest: at(sorted.length - 1), repeats: sorted.length };
}

/** Of all the time, what one measurement may take before it is repeated no more: on slow GPUs others want their turn. */
const SHARE = 0.08;

/**
 * Calls `measure` once to warm up and then `repeats` times, fewer when its share of the time is used up meanwhile.
 * Throws what `measure` throws, unless something has been measured and the time is used up.
 */
export async function repeated(budget: Budget, repeats: number, measure: () => Promise<number>): Promise<Spread> {
  const values: number[] = [];
  const start = budget.used();
  await measure();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const late = budget.over() || budget.used() - start > SHARE * budget.seconds;
    if (values.length > 0 && late) break;
    try {
      values.push(await measure());
    } catch (error) {
      if (values.length === 0 || !budget.over()) throw error;
      break;
    }
  }
  return spreadOf(values);
}

/** Seconds that `task` takes, with what it gives. */
export async function timed<Result>(task: () => Promise<Result>): Promise<{ seconds: number; result: Result }> {
  const start = performance.now();
  const result = await task();
  return { seconds: (performance.now() - start) / 1000, result };
}
