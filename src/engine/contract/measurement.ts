/** How far a pruned model is from the dense one. */
import type { SampleScores } from "../../core/experiments/scores.ts";
import type { Pruning } from "../../core/pruning.ts";

/** One number per trace token each, nats. */
export interface Measurement {
  readonly kl: Float32Array;
  /** Negative log-likelihood of the trace's token under the pruned model. */
  readonly nll: Float32Array;
  readonly denseNll: Float32Array;
  /** The pruned model's most likely token at each position, teacher-forced on the trace. */
  readonly argmax: Int32Array;
  /** Text of each argmax token; empty for a token that ends the trace. */
  readonly argmaxTexts: readonly string[];
  /** exp of the mean of nll. */
  readonly perplexity: number;
  readonly densePerplexity: number;
  /** What was measured, where it was the sliced weights. */
  readonly weights?: "sliced";
}

export interface AssessmentRequest {
  /** Places in the evaluation set at hand. */
  readonly samples: readonly number[];
  /** Null for the dense model. */
  readonly pruning: Pruning | null;
  /** Let the pruned model write its own trace too; without, only what is teacher-forced on the dense trace is known. */
  readonly generate: boolean;
}

/** What one model gave on one evaluation sample. */
export interface Assessment {
  readonly sample: number;
  readonly scores: SampleScores;
  /** KL(dense‖pruned) per token of the dense trace, nats. */
  readonly kl: Float32Array;
  /** What the model wrote; null when nothing was generated. */
  readonly text: string | null;
}
