/**
 * A piece of the page's work as a slice shows it. Its result is no part of it: what a run left stays valid while the next one
 * runs or after it was cancelled, so it stands beside the job in the slice.
 */
import { type Failure, failureOf } from "./failure.ts";

export interface Stage<Status extends string, Progress = null, Failed = null> {
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

export function stage<Status extends "idle" | "waiting" | "done" | "cancelled">(status: Status): Stage<Status> {
  return { status, progress: null, failure: null };
}

export const IDLE = stage("idle");

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
