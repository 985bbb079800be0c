/** Trying again, with growing waits, what failed for a reason that may pass. */
import { type PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import { wait } from "../../core/wait.ts";
import { systemTimer, type Timer } from "../stall.ts";

/** Time as transfers see it, so that tests need not wait. */
export interface Clock extends Timer {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws PivotscopeError `cancelled` as soon as the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

export const systemClock: Clock = { now: () => Date.now(), wait, ...systemTimer };

/** A failure that may pass. `failure` is what people are told when it does not. */
export class PassingFailure extends Error {
  readonly failure: PivotscopeError;
  /** What the server asks to wait, milliseconds; null when it does not say. */
  readonly retryAfter: number | null;

  constructor(failure: PivotscopeError, retryAfter: number | null = null) {
    super(failure.message, { cause: failure });
    this.name = "PassingFailure";
    this.failure = failure;
    this.retryAfter = retryAfter;
  }
}

/** Waits before each new try at something small that somebody waits for, and at a long download; milliseconds. */
export const SHORT_WAITS: readonly number[] = [500, 1500];
export const LONG_WAITS: readonly number[] = [1000, 2000, 4000, 8000, 16_000];

/** Longest wait that a server may ask for; beyond it people are told instead. */
const LONGEST_WAIT = 60_000;

/**
 * Counts failures in a row and waits before each new try.
 *
 * `again` resolves when it is time to try once more; it throws the failure when the tries are used up, when the server
 * asks for more patience than anybody has, or at once when it was no PassingFailure.
 */
export function createRetries(waits: readonly number[], clock: Clock, signal: AbortSignal | undefined) {
  let failures = 0;
  return {
    /** Says that something worked, so that failures are counted from the start. */
    progress() {
      failures = 0;
    },
    async again(error: unknown): Promise<void> {
      throwIfCancelled(signal);
      if (!(error instanceof PassingFailure)) throw error;
      const next = waits[failures];
      if (next === undefined || (error.retryAfter ?? 0) > LONGEST_WAIT) throw error.failure;
      failures += 1;
      await clock.wait(Math.max(next, error.retryAfter ?? 0), signal);
    },
  };
}

/** Runs `task` until it works or the tries are used up. @throws what `task` threw last, a PassingFailure unpacked. */
export async function withRetries<Result>(
  waits: readonly number[],
  clock: Clock,
  signal: AbortSignal | undefined,
  task: () => Promise<Result>,
): Promise<Result> {
  const retries = createRetries(waits, clock, signal);
  for (;;) {
    try {
      return await task();
    } catch (error) {
      await retries.again(error);
    }
  }
}

/** Milliseconds that a Retry-After header asks for (seconds or a date), null when it is missing or makes no sense. */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
