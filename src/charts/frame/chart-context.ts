/** What stands on every chart so that a screenshot explains itself, and the formula behind it. */
import { methodLabel } from "../../core/methods/index.ts";
import { widthWords } from "../../core/parameters/widths.ts";
import type { Provenance } from "../../core/provenance.ts";
import type { Ratio } from "../../core/unit.ts";

/** Where a chart's numbers come from. */
export interface ChartContext {
  readonly model: string;
  readonly method: string;
  /** The ratio that the numbers on the chart belong to. */
  readonly ratio: Ratio;
  /** Said in place of the ratio on a chart over several: "0–70 %". */
  readonly ratioText?: string;
}

/** What stands on a chart of this result. */
export function contextOf({ model, plan, weights }: Provenance): ChartContext {
  if (!plan) return { model: model.label, method: "dense", ratio: 0, ratioText: "not pruned" };
  const { file, statistics } = plan;
  const part = statistics?.of === undefined ? "" : `, from ${statistics.samples} of ${statistics.of} samples`;
  const from = file === undefined ? part : `, plan of ${file}`;
  return {
    model: model.label,
    method: `${methodLabel(plan.method)}${widthWords(plan.parameters)}${from}${weights ? ", sliced weights" : ""}`,
    ratio: plan.asked,
  };
}

/** The formula behind a chart, with this model's numbers put in. */
export interface Formula {
  /** "KL = Σ p·(ln p − ln q)". */
  readonly expression: string;
  /** The same with numbers: "mean over 143 tokens = 0.092 nats". */
  readonly withNumbers: string;
  /** Where it is from: "µCRASP, arXiv 2605.25842, section 4" or "project decision". */
  readonly source: string;
}

/** Props that every framed chart passes on to its frame. */
export interface FramedChartProps {
  readonly context: ChartContext;
  /** Set when what is drawn is older than the thumb: the ratio it was computed at. */
  readonly staleRatio?: Ratio | null;
  /** Level of the chart's heading in the page's outline. */
  readonly headingLevel?: 2 | 3 | 4;
}
