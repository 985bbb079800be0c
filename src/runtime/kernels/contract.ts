/**
 * The reductions that scoring needs, stated once for both backends.
 *
 * `Buffer` is a `GPUBuffer` for the WGSL kernels and a typed array for their TypeScript reference. All matrices are
 * row-major float32. Buffers may be larger than the matrix they hold (onnxruntime pools them), so sizes always come
 * from the request, never from the buffer.
 */

export interface WeightGradientRequest<Buffer> {
  /** Weight W, [outputs, inputs]. */
  readonly weight: Buffer;
  /** Input X of the linear layer, [batches · rowsPerBatch, inputs]. */
  readonly input: Buffer;
  /** Gradient G of the loss by the layer's output, [batches · rowsPerBatch, outputs]. */
  readonly gradient: Buffer;
  readonly outputs: number;
  readonly inputs: number;
  /** Calibration batches that lie one after another in X and G; each is reduced on its own before the sum. */
  readonly batches: number;
  readonly rowsPerBatch: number;
  /** Whether a unit owns rows of W (query, gate, up, fc1) or columns of W (out, down, fc2). */
  readonly axis: "rows" | "columns";
  /** Consecutive rows or columns that belong to one unit. */
  readonly groupSize: number;
  /** Running sums, one per unit; entry `accumulatorOffset + u` belongs to unit u of this weight. */
  readonly accumulator: Buffer;
  readonly accumulatorOffset: number;
  /** accumulator[offset + u] += scale · Σ_batch Σ_{r in u} Σ_k |W[r,k] · Σ_n G[n,r] · X[n,k]| */
  readonly scale: number;
}

/** Sums that `lineTerms` keeps per line: taylorVector, taylorFirst, taylorSecond, taylorMix of `MatrixTerms`. */
export const LINE_TERMS = 4;

export interface LineTermsRequest<Buffer> {
  /** Weight W, [outputs, inputs]. */
  readonly weight: Buffer;
  /** Input X of the linear layer, [batches · samplesPerBatch · rowsPerSample, inputs]. */
  readonly input: Buffer;
  /** Gradient G of the batch's loss by the layer's output, [batches · samplesPerBatch · rowsPerSample, outputs]. */
  readonly gradient: Buffer;
  readonly outputs: number;
  readonly inputs: number;
  readonly batches: number;
  readonly samplesPerBatch: number;
  readonly rowsPerSample: number;
  /** What a line is: a row of W or a column. */
  readonly axis: "rows" | "columns";
  /**
   * Float32 φ of every sample, [batches · samplesPerBatch]: the share of its squared gradient in its batch's Fisher
   * information. 0 for samples of padding, whose rows of G must be zero.
   */
  readonly fisherWeights: Buffer;
  /**
   * Running sums, [LINE_TERMS, lines] from `accumulatorOffset` on. With T_j = G_jᵀX_j of sample j, T = Σ_j T_j and
   * F = Σ_j φ_j·T_j² (element by element) over the samples of one batch, every batch adds to each line
   * |Σ w·t|, Σ|w·t|, Σ w²·f and Σ|w·t − ½·w²·f|.
   */
  readonly accumulator: Buffer;
  readonly accumulatorOffset: number;
}

/** Which pool a token's hidden state is counted in. Padding is ignored. */
export const TOKEN_CLASS = { ignored: 0, visual: 1, text: 2 } as const;

/** Floats that the running token statistics of one module of width d take: two sums of vectors and four scalars. */
export function tokenStatisticsLength(width: number): number {
  return 2 * width + 4;
}

export interface TokenStatisticsRequest<Buffer> {
  /** Output of the module's last projection, [rows, width]. */
  readonly values: Buffer;
  /** Int32 class of every row, see TOKEN_CLASS, [rows]. */
  readonly classes: Buffer;
  readonly rows: number;
  readonly width: number;
  /**
   * Running sums of this module from `accumulatorOffset` on, `tokenStatisticsLength(width)` floats:
   * Σ visual vectors [width], Σ text vectors [width], Σ‖·‖₂, Σ‖·‖₂², number of visual rows, number of text rows.
   */
  readonly accumulator: Buffer;
  readonly accumulatorOffset: number;
}

export interface TokenStatisticsSummaryRequest<Buffer> {
  readonly accumulator: Buffer;
  readonly accumulatorOffset: number;
  readonly width: number;
  /** Two floats are written at `resultOffset`: CMDS (0 when one class has no rows) and Sens. */
  readonly result: Buffer;
  readonly resultOffset: number;
}

/**
 * Numbers that the running input statistics keep per column: how many samples have been counted, mean, fluctuation sum,
 * Welford sum and energy sum.
 */
export const INPUT_STATISTICS = 5;

export interface InputStatisticsRequest<Buffer> {
  /** Input of a module's last projection, [samples · rowsPerSample, width]. */
  readonly values: Buffer;
  /** Int32 class of every row, see TOKEN_CLASS, [samples · rowsPerSample]. Rows of padding do not count. */
  readonly classes: Buffer;
  /** Samples, one after another; they count one by one in this order. One without rows that count is passed over. */
  readonly samples: number;
  readonly rowsPerSample: number;
  readonly width: number;
  /**
   * Running statistics of this module, [INPUT_STATISTICS, width] from `accumulatorOffset` on. Sample k with tokens x_t:
   * mean_k = mean_{k−1} + (mean_t x_t − mean_{k−1})/k; from k = 2 on the fluctuation sum grows by (k−1)/k · Σ_t
   * (x_t − mean_k)² and the Welford sum by (k−1)/k · Σ_t (x_t − mean_{k−1})·(x_t − mean_k); the energy sum by Σ_t x_t².
   */
  readonly accumulator: Buffer;
  readonly accumulatorOffset: number;
}

export interface ColumnProductsRequest<Buffer> {
  /** Two matrices A and B, [rows, width]. */
  readonly left: Buffer;
  readonly right: Buffer;
  readonly rows: number;
  readonly width: number;
  /** accumulator[offset + c] += Σ_n A[n,c]·B[n,c] */
  readonly accumulator: Buffer;
  readonly accumulatorOffset: number;
}

/** Added to the mean norm in the denominator of CMDS. */
export const CMDS_EPSILON = 1e-6;

export interface TokenDivergenceRequest<Buffer> {
  /** Logits of the reference (dense) model, [rows, vocabulary]. */
  readonly reference: Buffer;
  /** Logits of the pruned model, [rows, vocabulary]. May be the same buffer as `reference`. */
  readonly pruned: Buffer;
  /** Int32 id of the token that each row predicts, [rows]. */
  readonly targets: Buffer;
  readonly rows: number;
  readonly vocabulary: number;
  /**
   * Four floats per row are written, [rows, 4]: KL(reference‖pruned) in nats, negative log-likelihood of the target
   * under the reference, the same under the pruned model, and the pruned model's argmax id (lowest id on ties).
   * Both likelihoods are −1 where the target is no token id (padding). Logits must be finite.
   */
  readonly result: Buffer;
}

/** The kernels of one backend. Every call is ordered after earlier calls and earlier graph runs on that backend. */
export interface KernelSet<Buffer> {
  weightGradient(request: WeightGradientRequest<Buffer>): void;
  /** May take its time: the next call and the release of its buffers wait for it. */
  lineTerms(request: LineTermsRequest<Buffer>): void | Promise<void>;
  inputStatistics(request: InputStatisticsRequest<Buffer>): void;
  columnProducts(request: ColumnProductsRequest<Buffer>): void;
  tokenStatistics(request: TokenStatisticsRequest<Buffer>): void;
  tokenStatisticsSummary(request: TokenStatisticsSummaryRequest<Buffer>): void;
  tokenDivergence(request: TokenDivergenceRequest<Buffer>): void;
}
