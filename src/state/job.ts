/**
 * A piece of the page's work as a slice shows it, and the one maker of such pieces: abort, turn in the queue, status,
 * failure, loss of the device, and silence of a run whose place another has taken.
 *
 * A job's result is no part of it: what a run left stays valid while the next one runs or after it was cancelled, so it
 * stands beside the job in the slice.
 */
import type { WorkerEngine } from "../engine/worker/client.ts";
import { type Context, requireEngine } from "./context.ts";
import { type Failure, failureOf, isCancelled } from "./failure.ts";
import type { JobKind } from "./queue.ts";

interface Stage<Status extends string, Progress = null, Failed = null> {
  readonly status: Status;
  readonly progress: Progress;
  readonly failure: Failed;
}

/** `waiting`: another job has the engine. Progress is null until there is some. */
export type Job<Progress = never> =
  | Stage<"idle">
  | Stage<"waiting">
  | Stage<"running", Progress | null>
  | Stage<"done">
  | Stage<"cancelled">
  | Stage<"failed", null, Failure>;

function stage<Status extends "idle" | "waiting" | "done" | "cancelled">(status: Status): Stage<Status> {
  return { status, progress: null, failure: null };
}

export const IDLE = stage("idle");
const WAITING = stage("waiting");
/** For what is done without having run, because it was known. */
export const ENDED = stage("done");
/** For what was left before it had finished. */
export const CANCELLED = stage("cancelled");

export function running<Progress>(progress: Progress | null): Stage<"running", Progress | null> {
  return { status: "running", progress, failure: null };
}

export function failed(error: unknown): Stage<"failed", null, Failure> {
  return { status: "failed", progress: null, failure: failureOf(error) };
}

/** Whether it is under way. */
export function isBusy({ status }: { readonly status: string }): boolean {
  return status === "waiting" || status === "running";
}

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
  context: Pick<Context, "queue" | "engine" | "get">,
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
      const inQueue = <Result>(task: () => Promise<Result>) =>
        context.queue.run(kind, signal, () => {
          if (wanted()) show(running<Progress>(null), undefined);
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
          inTurn: (task) => inQueue(async () => task(requireEngine(context))),
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
