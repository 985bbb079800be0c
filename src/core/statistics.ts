/**
 * What calibration leaves behind: everything the slider needs, a few arrays of one number per unit or per module.
 */
export interface Statistics {
  /** Global attribution Ā_global per unit (docs/method.md, "Calibration: attribution"), length `unitCount`. */
  readonly attributionGlobal: Float64Array;
  /** Pivot attribution Ā_pivot per unit (the same section), length `unitCount`. */
  readonly attributionPivot: Float64Array;
  /** Cross-modal distribution shift per module (docs/method.md, "Calibration: module signals"); 0 for vision modules. Length: number of modules. */
  readonly cmds: Float64Array;
  /** Sensitivity per module: root mean square norm of the module's output (the same section). Length: number of modules. */
  readonly sens: Float64Array;
  /** How many samples, batches and batches with pivots went in. */
  readonly samples: number;
  readonly batches: number;
  readonly pivotBatches: number;
  /** What the other methods read, collected in the same passes; null in files from before it was collected. */
  readonly baselines: BaselineStatistics | null;
}

/** What is known of a model before any calibration, in the form that `Statistics` has it too. */
export interface WeightStatistics {
  /** Modules in the layout's order; null in files from before it was collected. */
  readonly baselines: { readonly modules: readonly ModuleMatrices[] } | null;
}

/** The matrices that units own rows or columns of. Vision MLPs have fc1 and fc2, text MLPs gate, up and down. */
export type MatrixName = "query" | "key" | "value" | "output" | "gate" | "up" | "down" | "fc1" | "fc2";

/**
 * Sums along the lines of one matrix W: its rows where units write (query, key, value, gate, up, fc1), its columns where
 * units are read (output, down, fc2). One number per line. Need no calibration.
 */
export interface WeightTerms {
  readonly matrix: MatrixName;
  /** Lines of this matrix that one unit owns, one after another. */
  readonly linesPerUnit: number;
  /** Numbers in one line. */
  readonly lineLength: number;
  /** Σ|w| and Σw² */
  readonly absolute: Float64Array;
  readonly square: Float64Array;
}

/**
 * The same, and what calibration adds up along each line. G is the gradient of the mean loss over a calibration batch's
 * trace tokens by W, F = mean over the batch's samples of the squared gradient of the sample's own mean loss. What is
 * taken per batch is averaged over batches.
 */
export interface MatrixTerms extends WeightTerms {
  /** |Σ w·g| */
  readonly taylorVector: Float64Array;
  /** Σ|w·g| */
  readonly taylorFirst: Float64Array;
  /** Σ w²·f */
  readonly taylorSecond: Float64Array;
  /** Σ|w·g − ½·w²·f| */
  readonly taylorMix: Float64Array;
}

/**
 * What goes into a module's last projection (output, down, fc2), one number per column x of its input, over all tokens
 * that are not padding. x_k are the tokens of sample k, N the number of samples.
 */
export interface InputStatistics {
  /** Mean over samples of the mean over tokens. */
  readonly mean: Float64Array;
  /** FLAP's fluctuation as its code computes it: 1/(N−1) · Σ_{k≥2} (k−1)/k · Σ_t (x_kt − mean_k)², mean_k up to sample k. */
  readonly fluctuation: Float64Array;
  /** The same with (x_kt − mean_{k−1})·(x_kt − mean_k), as Welford's recurrence has it. */
  readonly fluctuationWelford: Float64Array;
  /** 1/N · Σ_k Σ_t x_kt² */
  readonly energy: Float64Array;
}

/** The matrices of a module, in the order query, key, value, output; gate, up, down; fc1, fc2. */
export interface ModuleMatrices<Terms extends WeightTerms = WeightTerms> {
  readonly matrices: readonly Terms[];
}

export interface ModuleTerms extends ModuleMatrices<MatrixTerms> {
  readonly input: InputStatistics;
}

export interface BaselineStatistics {
  /** One per module, in the layout's order. */
  readonly modules: readonly ModuleTerms[];
  /** Σ over samples, trace tokens y and positions t of h_t · ∂P(y)/∂h_t, signed, h the unit's column(s) of the last projection's input; per unit. */
  readonly probabilityAttribution: Float64Array;
}
