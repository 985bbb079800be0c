/** Quantities and states in words, the same way in every panel. */
import { formatBytes } from "../core/format-bytes.ts";
import type { StatisticsOrigin } from "../core/provenance.ts";
import type { Statistics } from "../core/statistics.ts";
import type { TimeLeft } from "../core/time-left.ts";
import { formatDuration, plural, timeLeftText } from "../core/words.ts";
import type { CalibrationProgress, LoadProgress } from "../engine/contract.ts";
import type { Activity, JobKind } from "../state/queue.ts";
import type { CalibrationState, ConvergenceStep } from "../state/slices/calibration-state.ts";
import { fractionOf, type Transfer } from "../state/slices/model/model-transfer.ts";
import { methodLabel } from "../state/slices/pruning/method.ts";

export { formatDuration, plural } from "../core/words.ts";

export function loadText({ stage, done, total, item, from }: Omit<LoadProgress, "from"> & LoadedFrom): string {
  if (stage === "check") return `Checking ${item} on this GPU`;
  const verb = from === "network" ? "Fetching" : "Reading";
  const place = from === "cache" ? " from this browser" : "";
  const amount = total > 0 ? `${formatBytes(done)} of ${formatBytes(total)}` : formatBytes(done);
  return `${verb} ${item}${place}: ${amount}`;
}

interface LoadedFrom {
  readonly from?: LoadProgress["from"] | null;
}

/** "Fetching model.safetensors: 120 MB of 513 MB · 12 MB/s · about 35 s left". */
export function transferText(transfer: Transfer | null): string {
  if (transfer === null) return "Starting";
  const { stage, bytesPerSecond, secondsLeft } = transfer;
  const rate = bytesPerSecond === null || stage === "check" ? "" : ` · ${formatBytes(bytesPerSecond)}/s`;
  const left = secondsLeft === null || stage === "check" ? "" : ` · about ${formatDuration(secondsLeft)} left`;
  return `${loadText(transfer)}${rate}${left}`;
}

/** The same for those who listen: it changes a few times only. */
export function transferMilestone(name: string, transfer: Transfer | null): string {
  const fraction = fractionOf(transfer);
  if (transfer?.stage === "check") return `${name}: checking ${transfer.item}`;
  return fraction === null ? `Opening ${name}` : `${name}: ${Math.floor(fraction * 4) * 25} % loaded`;
}

export const BACKEND_WORDS = { webgpu: "WebGPU", cpu: "CPU" } as const;
export const PRECISION_WORDS = { float32: "single precision (float32)", float16: "half precision (float16)" } as const;

/** " · about 30 s left", " · 2 min to 5 min left"; nothing while it is not known. */
export function leftText(left: TimeLeft | null): string {
  return left === null ? "" : ` · ${timeLeftText(left)} left`;
}

export function calibrationText(progress: CalibrationProgress, timeLeft: TimeLeft | null): string {
  const { sample, samples, pass, layer, layers } = progress;
  if (pass === "traces") return `writing traces: ${sample} of ${samples}`;
  return `sample ${sample} of ${samples} · ${pass}, layer ${layer} of ${layers}${leftText(timeLeft)}`;
}

const ORIGIN_WORDS: Record<StatisticsOrigin, string> = {
  here: "",
  kept: " · kept from an earlier visit",
  beforehand: " · calibrated beforehand",
  file: "",
};

/** How many samples statistics are made from, and where they come from or how long they took. */
export function statisticsText(
  { samples, batches, pivotBatches }: Pick<Statistics, "samples" | "batches" | "pivotBatches">,
  {
    origin,
    seconds,
    file = null,
    partOf = null,
  }: Pick<CalibrationState, "origin" | "seconds"> & Partial<Pick<CalibrationState, "file" | "partOf">>,
): string {
  if (partOf !== null) return `from ${samples} of ${plural(partOf, "sample")} so far`;
  if (file !== null) return `${plural(samples, "sample")} · from ${file}`;
  const made = `${plural(samples, "sample")} in ${plural(batches, "batch", "batches")}, ${pivotBatches} with pivots`;
  return `${made}${seconds === null ? ORIGIN_WORDS[origin] : ` · took ${formatDuration(seconds)}`}`;
}

/** "between 16 and 32 samples: rank correlation 0.98, 1.2 % of units would change (µCRASP, 40 %)". */
export function convergenceText({ from, to, correlation, changed, method, ratio }: ConvergenceStep): string {
  const share = `${Number((100 * changed).toPrecision(2))}\u00a0%`;
  const plan = `${methodLabel(method)}, ${formatRatio(ratio)}`;
  return `between ${from} and ${to} samples: rank correlation ${correlation.toFixed(3)}, ${share} of units change (${plan})`;
}

const JOB_WORDS: Record<JobKind, string> = {
  load: "the model to load",
  trace: "the reasoning",
  weights: "the weights to be read",
  calibration: "the calibration",
  check: "a check of the GPU",
  measurement: "a measurement",
  comparison: "the comparison",
  pin: "a pinned side",
  experiment: "a step of an experiment",
  layers: "the layer views",
  slicing: "the sliced model",
  samples: "a trace of an own sample",
  speed: "a measurement of speed",
  curve: "a step of the curve",
  export: "an export",
};

/** "waits for the calibration"; what a waiting job of this kind waits for. */
export function waitingText({ running }: Activity): string {
  return running === null ? "waits for its turn" : `waits for ${JOB_WORDS[running]}`;
}

/** "40 %", "37.5 %": a ratio as it was asked for. */
export function formatRatio(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))}\u00a0%`;
}
