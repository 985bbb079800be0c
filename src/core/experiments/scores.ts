/** What is measured on one sample, as numbers in one order, so that many of them are rows of one array. */

/** Of what the scores mean: results of another version are measured anew. In 1 unreadable texts counted as free of hallucination. */
export const SCORES_VERSION = 2;

/**
 * Not a number where it is not defined: judge scores without a scene, text scores when nothing was generated.
 * `kl` is the mean over the trace's tokens in nats, `nll` their sum of negative log-likelihoods under the measured model;
 * shares are 0..1, grounding, hallucination and judge 0..10.
 */
export const SCORE_NAMES = [
  "kl",
  "nll",
  "tokens",
  "exactMatch",
  "sameAnswer",
  "allTrue",
  "grounding",
  "hallucination",
  "coherence",
  "format",
  "judge",
  "f1",
  "bleu",
  "similarity",
] as const;

export type ScoreName = (typeof SCORE_NAMES)[number];

export type SampleScores = Readonly<Record<ScoreName, number>>;
