/** Data for the tests of these charts; not part of the product's bundle. */
import type { CurvesData, Estimate, MetricDescription } from "../experiments/data.ts";

export const GROUNDING: MetricDescription = {
  id: "grounding",
  label: "Grounding",
  sentence: "How much of what is said holds (grounding).",
  unit: "0–10",
  betterWhen: "higher",
  kind: "score",
  maximum: 10,
  formula: "10 · true ÷ all",
  source: "project decision",
};

export const KL: MetricDescription = {
  id: "kl",
  label: "Mean KL",
  sentence: "How far predictions moved (KL divergence).",
  unit: "nats",
  betterWhen: "lower",
  kind: "nats",
  formula: "Σ KL ÷ tokens",
  source: "project decision",
};

export const EXACT: MetricDescription = {
  ...GROUNDING,
  id: "exactMatch",
  label: "Exact match",
  unit: "",
  kind: "share",
  maximum: 1,
};

/** A mean with an interval of ± `half`. */
export function estimate(mean: number, half = 0.1, count = 600): Estimate {
  return { mean, low: mean - half, high: mean + half, count };
}

/** Two curves, the second with a hole at 0.4 and nothing at 0.6. */
export const CURVES: CurvesData = {
  metric: GROUNDING,
  dense: estimate(9),
  series: [
    {
      id: "mucrasp",
      label: "µCRASP",
      look: 0,
      points: [0.6, 0, 0.2, 0.4].map((ratio) => ({ ratio, reached: ratio * 0.99, ...estimate(9 - 5 * ratio) })),
    },
    {
      id: "random",
      label: "Random",
      look: 7,
      points: [
        { ratio: 0, reached: 0, ...estimate(9) },
        { ratio: 0.2, reached: 0.2, ...estimate(4, 0.5, 120) },
        { ratio: 0.4, reached: 0.4, ...estimate(Number.NaN, 0, 0) },
      ],
    },
  ],
};
