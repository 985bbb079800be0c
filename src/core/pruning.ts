/** What is taken out of a model, as the engine is told. */

export interface Pruning {
  /** 1 kept, 0 removed, per unit of the layout. */
  readonly keep: Uint8Array;
  /**
   * Bias compensation: the mean input of every module's last projection (output, down, fc2), modules one after another in
   * the layout's order, one number per column. What removed columns would have added on average, W[:, removed] ·
   * mean[removed], is then added to the projection's output (FLAP, arXiv 2312.11983). Null for none.
   */
  readonly meanInputs: Float32Array | null;
  /** Computed with the sliced weights, where the engine has those of exactly this pruning; with masks when absent. */
  readonly weights?: "sliced";
}
