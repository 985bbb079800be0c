/**
 * What the charts of experiments are given: plain data, whoever measured it.
 *
 * A mean that is not a finite number, or one over no samples, is left out of the drawing and said in the table. Partial
 * results are data like any other: what is not there yet is left away.
 */
import type { Estimate } from "../../core/experiments/experiment.ts";
import type { Ratio, Tower } from "../../core/unit.ts";
import type { Formula } from "../frame/chart-context.ts";
import type { Look } from "../plot/looks.ts";

export type { Estimate } from "../../core/experiments/experiment.ts";

/** A quantity that models are compared by. */
export interface MetricDescription {
  /** Stable name: "kl", "perplexity", "grounding". */
  readonly id: string;
  /** "Grounding". */
  readonly label: string;
  /** What it says about a model, in plain words, the field's term in brackets. */
  readonly sentence: string;
  /** "nats", "0–10"; empty where the numbers need none. */
  readonly unit: string;
  readonly betterWhen: "higher" | "lower";
  /** How a number is printed; shares are 0..1 and printed as per cent. */
  readonly kind: "share" | "score" | "nats" | "number";
  /** Highest possible value, for quantities that have one: the axis ends there. */
  readonly maximum?: number | undefined;
  /** Logarithmic for quantities without bound that span decades; linear from 0 when absent. */
  readonly scale?: "linear" | "log" | undefined;
  readonly formula: string;
  /** Where the formula is from. */
  readonly source: string;
}

/** What stands for one method (with its constants) in every chart. */
export interface SeriesName {
  readonly id: string;
  readonly label: string;
  /** Colour, dash and marker; of a method see `methodLook`. */
  readonly look: Look;
}

/** Props that all charts of experiments pass on to their frame. */
export interface ExperimentChartProps {
  readonly model: string;
  /** Set when the chart is of another ratio than the one at hand: its own. */
  readonly staleRatio?: Ratio | null;
  /** Level of the chart's heading in the page's outline. */
  readonly headingLevel?: 2 | 3 | 4;
}

// Curves

export interface CurvePoint extends Estimate {
  /** Ratio asked for, and share of structural parameters really removed. */
  readonly ratio: Ratio;
  readonly reached: Ratio;
}

export interface Curve extends SeriesName {
  /** In any order; at most one for each ratio. */
  readonly points: readonly CurvePoint[];
}

export interface CurvesData {
  readonly metric: MetricDescription;
  readonly series: readonly Curve[];
  readonly dense: Estimate | null;
}

// Table of methods

export interface MethodRow extends SeriesName {
  readonly reached: Ratio;
  /** By the metric's id; absent or null where it was not measured. */
  readonly values: Readonly<Record<string, Estimate | null | undefined>>;
}

export interface MethodsData {
  readonly ratio: Ratio;
  readonly metrics: readonly MetricDescription[];
  readonly dense: Pick<MethodRow, "values"> | null;
  readonly rows: readonly MethodRow[];
}

// Distributions of KL

export interface KlValues extends SeriesName {
  /** KL of every trace token of every sample, nats. */
  readonly values: ArrayLike<number>;
}

// Ablations

export interface AblationRow {
  readonly id: string;
  /** "no CMDS (β = 0)". */
  readonly label: string;
  readonly reached: Ratio;
  /** Null while not measured. */
  readonly estimate: Estimate | null;
  /** This row minus the full method, sample by sample, with the interval of that difference; null while not measured. */
  readonly difference: Estimate | null;
  /** Share of units that its plan treats otherwise than the full method's; 0 is the same plan, null is not known. */
  readonly unlike: number | null;
}

export interface AblationData {
  readonly ratio: Ratio;
  readonly metric: MetricDescription;
  readonly full: { readonly label: string; readonly reached: Ratio; readonly estimate: Estimate | null };
  readonly rows: readonly AblationRow[];
}

// Window

export interface WindowPoint extends Estimate {
  /** First layer of the window; it takes `size` layers. */
  readonly first: number;
}

export interface WindowData {
  readonly metric: MetricDescription;
  /** Neighbouring text layers whose MLPs are zeroed at once. */
  readonly size: number;
  readonly points: readonly WindowPoint[];
  /** CMDS of the MLP of every text layer, from the first on. */
  readonly cmds: readonly number[];
  /** The metric without any window. */
  readonly dense: Estimate | null;
}

// Places of KL

export interface KlPlace extends Estimate {
  /** "0" to "15", "16 and more"; "step 2", "answer". */
  readonly label: string;
  /** Tokens that the mean is over, all samples together. */
  readonly tokens: number;
}

export interface KlPlacesData {
  readonly method: string;
  readonly ratio: Ratio;
  /** By tokens since the last pivot; 0 is the pivot itself. */
  readonly byDistance: readonly KlPlace[];
  /** By step of the chain of thought, in order. */
  readonly byStep: readonly KlPlace[];
}

// Layer views

export interface LayerValue {
  readonly tower: Tower;
  readonly layer: number;
  /** Null where the measure is not defined. */
  readonly value: number | null;
}

export interface LayerView {
  readonly id: string;
  /** "Block influence". */
  readonly label: string;
  /** What it says, in plain words. */
  readonly explanation: string;
  readonly formula: Formula;
  readonly kind: MetricDescription["kind"];
  /** One for each layer, in any order. */
  readonly values: readonly LayerValue[];
}
