/** The quantities that models are compared by: names, words and directions. How they are averaged: estimate.ts. */
import type { ScoreName } from "./scores.ts";

export type MetricName = Exclude<ScoreName, "nll" | "tokens"> | "perplexity";

export interface MetricDescription {
  /** Stable name, used in files and links. */
  readonly id: MetricName;
  readonly label: string;
  /** What it says about a model, in plain words. */
  readonly sentence: string;
  /** Empty where the numbers need none. */
  readonly unit: string;
  readonly betterWhen: "higher" | "lower";
  /** How a number is printed; shares are 0..1 and printed as per cent. */
  readonly kind: "share" | "score" | "nats" | "number";
  /** Highest possible value, where there is one. */
  readonly maximum?: number;
  /** Logarithmic for quantities without bound that span decades. */
  readonly scale?: "linear" | "log";
  readonly formula: string;
  /** Where the formula is from. */
  readonly source: string;
  /** Whether the model has to write its own trace for it. */
  readonly generated: boolean;
}

const share = { unit: "", betterWhen: "higher", kind: "share", maximum: 1, generated: true } as const;
const score = { unit: "0–10", kind: "score", maximum: 10, generated: true } as const;
const DECISION = "project decision";

/** In the order in which they are offered. */
export const metricList: readonly MetricDescription[] = [
  {
    ...score,
    id: "judge",
    label: "Judge score",
    betterWhen: "higher",
    sentence: "How far the written reasoning can be trusted as a whole: answer, claims and steps together.",
    formula: "mean of the judge's score of each trace; for a trace that is not readable, hallucination gives nothing",
    source: "project decision, in place of the judge model of µCRASP, arXiv 2605.25842",
  },
  {
    ...share,
    id: "exactMatch",
    label: "Exact match",
    sentence: "How often the final answer is the right one.",
    formula: "share of samples whose final answer equals the reference answer",
    source: "µCRASP, arXiv 2605.25842, evaluation",
  },
  {
    ...share,
    id: "sameAnswer",
    label: "Same answer as dense",
    sentence: "How often the pruned model gives the dense model's answer, right or wrong.",
    formula: "share of samples whose final answer equals the dense model's",
    source: "after “Accuracy is not all you need”, arXiv 2407.09141",
  },
  {
    ...share,
    id: "allTrue",
    label: "Claims all true",
    sentence: "How often not one statement of the trace is wrong.",
    formula: "share of traces in which every claim holds in the scene",
    source: DECISION,
  },
  {
    ...score,
    id: "grounding",
    label: "Grounding",
    betterWhen: "higher",
    sentence: "How many of the statements about the picture are true.",
    formula: "mean of the judge's grounding of each trace, 0 where a trace is not readable",
    source: "scale of µCRASP, arXiv 2605.25842, judged by rules instead of a model",
  },
  {
    ...score,
    id: "hallucination",
    label: "Hallucination",
    betterWhen: "lower",
    sentence: "How much of what is said is not there. Traces that nobody can read have none and are left out.",
    formula: "mean of the judge's hallucination of each readable trace: at least half of its claims are",
    source: "scale of µCRASP, arXiv 2605.25842, judged by rules instead of a model",
  },
  {
    ...share,
    id: "coherence",
    label: "Coherence",
    sentence: "How often the answer follows from the steps before it.",
    formula: "share of traces whose steps lead to their answer",
    source: DECISION,
  },
  {
    ...share,
    id: "format",
    label: "Format",
    sentence: "Whether the step-by-step form is still there.",
    formula: "mean of the format score of each trace",
    source: "µCRASP, arXiv 2605.25842, evaluation",
  },
  {
    id: "perplexity",
    label: "Perplexity",
    sentence: "How surprised the pruned model is by the dense model's trace; 1 is not at all.",
    unit: "",
    betterWhen: "lower",
    kind: "number",
    scale: "log",
    formula: "exp(Σ −ln p_pruned(token) / number of tokens), over the trace tokens of all samples",
    source: "µCRASP, arXiv 2605.25842, evaluation",
    generated: false,
  },
  {
    id: "kl",
    label: "Mean KL",
    sentence: "How far the pruned model's next-token probabilities lie from the dense model's (KL divergence).",
    unit: "nats",
    betterWhen: "lower",
    kind: "nats",
    formula: "Σ KL(dense‖pruned) / number of tokens, over the trace tokens of all samples",
    source: "µCRASP, arXiv 2605.25842, evaluation",
    generated: false,
  },
  {
    ...share,
    id: "f1",
    label: "Token F1",
    sentence: "How many words the pruned and the dense model's trace share.",
    formula: "2·shared words / (words of both traces)",
    source: "SQuAD, Rajpurkar et al. 2016, without dropping articles",
  },
  {
    ...share,
    id: "bleu",
    label: "BLEU",
    sentence: "How many runs of up to four words the traces share.",
    formula: "brevity penalty · (Π precision of n-grams, n = 1..4)^¼",
    source: "Papineni et al. 2002, smoothed as Lin and Och 2004",
  },
  {
    ...share,
    id: "similarity",
    label: "Similarity",
    sentence: "How alike trace and answer are to the dense model's, word by word in order.",
    formula: "2·longest common subsequence / (words of both traces)",
    source: DECISION,
  },
];

/** The description of a metric. */
export function metricNamed(id: string): MetricDescription | undefined {
  return metricList.find((metric) => metric.id === id);
}
