/** How a long call is followed and called off. */

export interface Call<Progress = never> {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** Samples that are done. */
export interface SampleProgress {
  readonly done: number;
  readonly total: number;
}
