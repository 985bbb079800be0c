/**
 * What the bundled model's experiments gave, summed up: estimates without the records behind them, small enough to be
 * shipped. docs/results.md's tables and what the page shows in an empty tab are both made of it.
 * `scripts/reference-results.ts` measures and writes it.
 */
import type { Estimate } from "./experiment.ts";

/** By the metric's id; a metric that was not measured is absent. */
export type ReferenceValues = Readonly<Record<string, Estimate>>;

/** KL per token of one model over all samples, nats. */
export interface ReferenceKl {
  readonly mean: number;
  readonly median: number;
  readonly quantile25: number;
  readonly quantile75: number;
  readonly quantile95: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly notFinite: number;
  /** Tokens between each two neighbours of the file's edges. */
  readonly counts: readonly number[];
}

/** Mean KL of one kind of place in the traces. */
export interface ReferencePlace extends Estimate {
  readonly label: string;
  readonly tokens: number;
}

export interface ReferenceSeries {
  readonly id: string;
  readonly label: string;
  readonly method: string;
}

export interface ReferenceCell {
  readonly series: string;
  readonly ratio: number;
  readonly reached: number;
  readonly values: ReferenceValues;
}

export interface MethodCell extends ReferenceCell {
  readonly kl: ReferenceKl;
  readonly byDistance: readonly ReferencePlace[];
  readonly byStep: readonly ReferencePlace[];
}

export interface AblationCell extends ReferenceCell {
  /** See `Cell.unlikeFirst`; null for the full method. */
  readonly unlike: number | null;
  /** This variant minus the full method, sample by sample; empty for the full method. */
  readonly differences: ReferenceValues;
}

export interface ReferenceWindows {
  readonly size: number;
  readonly cmds: readonly number[];
  readonly points: readonly { readonly first: number; readonly values: ReferenceValues }[];
}

/** Where it was measured, and on how much. */
export interface ReferenceOrigin {
  readonly model: string;
  readonly label: string;
  readonly weightHash: string;
  /** Backend and device. */
  readonly device: string;
  /** Version of Pivotscope that measured. */
  readonly version: string;
  readonly samples: number;
  /** Samples that the methods' and windows' statistics, and those of the ablations, were taken on. */
  readonly calibration: number;
  readonly ablationCalibration: number;
}

export interface ReferenceResults {
  readonly origin: ReferenceOrigin;
  /** Of the histograms of KL, nats. */
  readonly edges: readonly number[];
  readonly dense: ReferenceValues;
  readonly methods: { readonly series: readonly ReferenceSeries[]; readonly cells: readonly MethodCell[] };
  /** The full method is the first series. */
  readonly ablations: { readonly series: readonly ReferenceSeries[]; readonly cells: readonly AblationCell[] };
  readonly windows: readonly ReferenceWindows[];
}

/** "Scenes 3M, 30 samples, cpu, version 0.1.0". */
export function originText({ label, samples, device, version }: ReferenceOrigin): string {
  return `${label}, ${samples} samples, ${device}, version ${version}`;
}

/** The ratio of these cells that is nearest to the asked one; null without any. */
export function nearestRatio(cells: readonly ReferenceCell[], asked: number): number | null {
  const ratios = [...new Set(cells.map(({ ratio }) => ratio))].filter((ratio) => ratio > 0);
  return ratios.toSorted((a, b) => Math.abs(a - asked) - Math.abs(b - asked))[0] ?? null;
}
