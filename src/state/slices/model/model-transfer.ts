/** How far a model is loaded, and how fast: one total over all files, with a rate that does not jump. */
import type { LoadProgress, ModelNeeds } from "../../../engine/contract.ts";
import type { ModelSource } from "../../../models/model-source.ts";
import type { Environment } from "../../environment.ts";

export interface Transfer {
  readonly stage: LoadProgress["stage"];
  readonly item: string;
  readonly from: LoadProgress["from"] | null;
  /** Bytes; `total` is 0 while it is unknown. */
  readonly done: number;
  readonly total: number;
  /** Smoothed; null until it can be told. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** Seconds over which the rate forgets. */
const MEMORY = 4;
/** Seconds before a rate is told. */
const RATE_FROM = 0.5;
/** Milliseconds between two updates of the page; a new stage shows at once. */
const STEP = 100;
/** Milliseconds without news after which the rate is told again: a stalled transfer must not look like a running one. */
const BEAT = 1000;

export interface TransferMeter {
  /** Takes in a report at `now`, milliseconds. Returns what to show, null while the last is new enough. */
  note(progress: LoadProgress, now: number): Transfer | null;
}

/**
 * Rate: exponential mean of bytes per second, weight 1 − e^(−Δt / 4 s) for the newest stretch, corrected for its start
 * (project decision): a stall of a second moves it by a fifth. Cached bytes come at once, so the rate begins anew when
 * the bytes come from elsewhere.
 */
export function createTransferMeter(): TransferMeter {
  let shown: { readonly at: number; readonly transfer: Transfer } | null = null;
  let last: { readonly at: number; readonly done: number } | null = null;
  let mean = 0;
  let weight = 0;
  let measured = 0;
  let origin: LoadProgress["from"] | null = null;

  function measure(done: number, at: number): number | null {
    if (last !== null && at > last.at) {
      const seconds = (at - last.at) / 1000;
      const share = 1 - Math.exp(-seconds / MEMORY);
      mean += share * (Math.max(0, done - last.done) / seconds - mean);
      weight += share * (1 - weight);
      measured += seconds;
    }
    if (last === null || at > last.at) last = { at, done };
    return measured < RATE_FROM ? null : mean / weight;
  }

  return {
    note(progress, now) {
      const { stage, item, done, total, from = null } = progress;
      if (from !== origin) {
        origin = from;
        last = null;
        mean = 0;
        weight = 0;
        measured = 0;
      }
      const ended = total > 0 && done >= total;
      if (shown && shown.transfer.stage === stage && !ended && now - shown.at < STEP) return null;
      const bytesPerSecond = measure(done, now);
      const secondsLeft =
        bytesPerSecond === null || bytesPerSecond === 0 || total === 0 ? null : (total - done) / bytesPerSecond;
      const transfer: Transfer = { stage, item, from, done, total, bytesPerSecond, secondsLeft };
      shown = { at: now, transfer };
      return transfer;
    },
  };
}

/**
 * Takes progress as it comes and calls `show` at most ten times a second, with the newest of what was left out as well, and
 * once a second while nothing comes.
 */
export function showTransfer(
  { now, after }: Pick<Environment, "now" | "after">,
  show: (transfer: Transfer) => void,
): { note(progress: LoadProgress): void; end(): void } {
  const meter = createTransferMeter();
  let callOff = () => {};
  const note = (progress: LoadProgress) => {
    callOff();
    const transfer = meter.note(progress, now());
    callOff = after(transfer ? BEAT : STEP, () => note(progress));
    if (transfer) show(transfer);
  };
  return { note, end: () => callOff() };
}

/**
 * Where the bytes at hand come from, when the engine does not say. What is kept of a hub's file is its beginning, so that
 * bytes come from the cache first and from the network after.
 */
export function originOf(
  source: ModelSource,
  { bytesToFetch, bytesCached }: Pick<ModelNeeds, "bytesToFetch" | "bytesCached">,
  { done, from }: LoadProgress,
): NonNullable<LoadProgress["from"]> {
  if (from !== undefined) return from;
  if (source.kind === "files") return "disk";
  if (source.kind === "address") return "network";
  return bytesToFetch === 0 || done <= bytesCached ? "cache" : "network";
}

/** 0..1; null while the end is not known. */
export function fractionOf(transfer: Pick<Transfer, "done" | "total"> | null): number | null {
  return transfer && transfer.total > 0 ? Math.min(1, transfer.done / transfer.total) : null;
}
