/** A plan applied for real: smaller weights, what they give, and how fast they are. */
import type { DecoderShape } from "../../core/speed/ideal.ts";
import type { TimedRun } from "../../core/speed/speed.ts";

/** Which weights a model computes with: the dense ones under masks, or smaller ones that were gathered from them. */
export type WeightsInUse = "masked" | "sliced";

export interface SliceOptions {
  /**
   * Release the dense weights of each layer as soon as its own are gathered, so that both are never there at once. What needs
   * the dense model is refused from then on, until the model is loaded again.
   */
  readonly releaseDense?: boolean;
}

/** Layers that are gathered, of both towers. */
export interface SliceProgress {
  readonly done: number;
  readonly total: number;
}

/** The model before and after. */
export interface SliceSummary {
  /** Bytes of weights on the backend. */
  readonly denseBytes: number;
  readonly slicedBytes: number;
  readonly denseParameters: number;
  readonly slicedParameters: number;
  readonly denseReleased: boolean;
}

/** How far the sliced weights are from the masked ones, which are the same model. */
export interface SliceCheck {
  /** Positions of the trace that were compared, teacher-forced. */
  readonly positions: number;
  /** Largest |difference| of two logits. */
  readonly logits: number;
  /** Largest KL(masked‖sliced) of a position, nats. */
  readonly kl: number;
  /** Tokens that both wrote by themselves. */
  readonly tokens: number;
  /** Place of the first token that differs; null where all are equal. */
  readonly differsAt: number | null;
}

export interface SpeedRequest {
  readonly weights: "dense" | "sliced";
  /** Tokens to write, stop tokens counting for nothing; fewer where the model's positions end. */
  readonly tokens: number;
}

/** One run. Graphs are compiled and the prompt has been through once before it is timed. */
export interface SpeedRun extends TimedRun {
  /** What a token's cost follows from, see `tokenCost`. */
  readonly shape: DecoderShape;
}
