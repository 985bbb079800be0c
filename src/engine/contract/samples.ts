/** Pictures with questions: one that is asked, the user's own, those of an evaluation set. */

/** A decoded picture, RGBA, rows from top to bottom. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray;
}

export interface SampleInput {
  readonly picture: Picture | null;
  readonly question: string;
  /** Cut the picture into frames as the checkpoint's processor does: more detail, many more tokens. Off when absent. */
  readonly split?: boolean;
  /** Image tokens that the picture may take at most (`ModelSummary.pictureBudget`); the engine's own when absent. */
  readonly budget?: number;
}

/** A picture with a question that the user wants to calibrate on. */
export interface OwnSample {
  readonly picture: Picture | null;
  readonly question: string;
  /** The dense model's reasoning as token ids, the stop token included; null to let the dense model write it. */
  readonly trace: readonly number[] | null;
  /** The expected answer, where the user knows it. */
  readonly answer: string | null;
}

/** A sample of the evaluation set at hand: the checkpoint folder's, or the user's own after `setSamples`. */
export interface EvaluationSample {
  /** What kind of question it is, for example "physical". */
  readonly family: string | null;
  readonly kind: string | null;
  readonly question: string;
  readonly answer: string | null;
}
