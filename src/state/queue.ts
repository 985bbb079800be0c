/**
 * The page's queue to the engine. The engine runs one call at a time; the queue keeps the order, says which job runs
 * and which wait (so that a panel can name what it waits for), and lets a job be cancelled while it waits. Experiments
 * are many short jobs that stand behind all others, pins before them, and a curve, which nobody asked for, behind them.
 */
import { PivotscopeError } from "../core/errors.ts";

export type JobKind =
  | "load"
  | "trace"
  | "weights"
  | "calibration"
  | "measurement"
  | "comparison"
  | "pin"
  | "check"
  | "experiment"
  | "layers"
  | "slicing"
  | "samples"
  | "speed"
  | "export"
  | "curve";

export interface Activity {
  readonly running: JobKind | null;
  readonly waiting: readonly JobKind[];
}

/** What stands behind all else that waits, the last one behind all. */
const AFTER_OTHERS: readonly JobKind[] = ["pin", "check", "experiment", "curve"];

/** The signal of jobs that nobody cancels. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Whether a long job should let others go in between. */
export function othersWait({ waiting }: Activity): boolean {
  return waiting.some((kind) => !AFTER_OTHERS.includes(kind));
}

export interface JobQueue {
  /** Runs `job` after all earlier ones have settled; an experiment's after all others too. Rejects with `cancelled` when aborted before its turn. */
  run<Result>(kind: JobKind, signal: AbortSignal, job: () => Promise<Result>): Promise<Result>;
  /** Rejects all jobs that wait with `cancelled`: what they were about is gone. */
  clear(): void;
  readonly activity: Activity;
}

interface Waiting {
  readonly kind: JobKind;
  start(): void;
  leave(): void;
}

export function createJobQueue(onChange: (activity: Activity) => void): JobQueue {
  const waiting: Waiting[] = [];
  let running: JobKind | null = null;

  const activity = (): Activity => ({ running, waiting: waiting.map((entry) => entry.kind) });
  const takeNext = (): Waiting | undefined => {
    const order = waiting.map(({ kind }) => AFTER_OTHERS.indexOf(kind));
    return waiting.splice(order.indexOf(Math.min(...order)), 1)[0];
  };
  const next = () => {
    const entry = running === null ? takeNext() : undefined;
    if (entry) {
      running = entry.kind;
      entry.start();
    }
    onChange(activity());
  };

  return {
    get activity() {
      return activity();
    },
    clear() {
      for (const entry of [...waiting]) entry.leave();
    },
    run(kind, signal, job) {
      return new Promise((resolve, reject) => {
        const entry: Waiting = {
          kind,
          leave() {
            signal.removeEventListener("abort", entry.leave);
            waiting.splice(waiting.indexOf(entry), 1);
            reject(new PivotscopeError("cancelled", "Cancelled."));
            onChange(activity());
          },
          start() {
            signal.removeEventListener("abort", entry.leave);
            const settle = () => {
              running = null;
              next();
            };
            job().then(
              (result) => {
                resolve(result);
                settle();
              },
              (error: unknown) => {
                reject(error);
                settle();
              },
            );
          },
        };
        if (signal.aborted) {
          reject(new PivotscopeError("cancelled", "Cancelled."));
          return;
        }
        signal.addEventListener("abort", entry.leave, { once: true });
        waiting.push(entry);
        next();
      });
    },
  };
}
