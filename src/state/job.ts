/**
 * The one maker of the page's jobs: abort, turn in the queue, status, failure, loss of the device, and silence of a run
 * whose place another has taken.
 */
import type { WorkerEngine } from "../engine/worker/client.ts";
import type { Context } from "./context.ts";
import { isCancelled } from "./failure.ts";
import { CANCELLED, ENDED, failed, type Job, running, stage } from "./job-state.ts";
import type { JobKind } from "./queue.ts";
import { engineForTurn } from "./renewal.ts";

const WAITING = stage("waiting");

/** What a run's work gets. */
export interface Run<Progress> {
  readonly signal: AbortSignal;
  /** Whether what it finds is still wanted: it was not cancelled, and no other run has taken its place. */
  wanted(): boolean;
  report(progress: Progress): void;
  /** Waits for the engine, then does `work` with it while the queue holds others back. May be called several times. */
  inTurn<Result>(work: (engine: WorkerEngine) => Promise<Result>): Promise<Result>;
  /** The same for work that brings an engine of its own. */
  inQueue<Result>(work: () => Promise<Result>): Promise<Result>;
}

export interface JobControl<Progress, Change> {
  /**
   * Runs `work`; a run at hand is aborted and says nothing more. What `work` returns is shown together with "done".
   * Resolves when the run has ended, however it did.
   *
   * @param begin shown together with the first status.
   */
  start(work: (run: Run<Progress>) => Promise<Change>, begin?: Change): Promise<void>;
  /** Ends the run at hand as cancelled. */
  cancel(): void;
  /** Ends the run at hand without a word: what it was about is gone. */
  drop(): void;
  /** Whether a run is at hand, also one that is being cancelled. */
  readonly busy: boolean;
}

export interface JobOptions<Progress, Change> {
  /** What it is called in the queue. */
  readonly kind: JobKind;
  /** Puts the job into its slice, and in the same step what changes with it. */
  readonly show: (job: Job<Progress>, change: Change | undefined) => void;
  /** Told of every error of a run, also of one whose place was taken: the device may be gone. */
  readonly onError: (error: unknown) => void;
  /** Whether a run begins as running instead of waiting, because its parts take turns by themselves. */
  readonly atOnce?: boolean;
}

export function createJob<Progress = never, Change = undefined>(
  context: Pick<Context, "queue" | "engine" | "get" | "patch" | "environment">,
  { kind, show, onError, atOnce = false }: JobOptions<Progress, Change>,
): JobControl<Progress, Change> {
  let current: AbortController | null = null;

  return {
    get busy() {
      return current !== null;
    },
    cancel: () => current?.abort(),
    drop() {
      const controller = current;
      current = null;
      controller?.abort();
    },
    async start(work, begin) {
      const before = current;
      const controller = new AbortController();
      current = controller;
      before?.abort();
      const { signal } = controller;
      const inPlace = () => current === controller;
      const wanted = () => inPlace() && !signal.aborted;
      show(atOnce ? running<Progress>(null) : WAITING, begin);
      let begun = atOnce;
      const inQueue = <Result>(task: () => Promise<Result>) =>
        context.queue.run(kind, signal, () => {
          // Between two turns it is under way, as far as it has come.
          if (wanted() && !begun) show(running<Progress>(null), undefined);
          begun = true;
          return task();
        });
      try {
        const change = await work({
          signal,
          wanted,
          report: (progress) => {
            if (wanted()) show(running(progress), undefined);
          },
          inQueue,
          inTurn: (task) => inQueue(async () => task(await engineForTurn(context))),
        });
        if (wanted()) show(ENDED, change);
        else if (inPlace()) show(CANCELLED, undefined);
      } catch (error) {
        if (!isCancelled(error)) onError(error);
        if (inPlace()) show(isCancelled(error) ? CANCELLED : failed(error), undefined);
      } finally {
        if (inPlace()) current = null;
      }
    },
  };
}
