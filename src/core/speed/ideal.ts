/**
 * What writing one token costs at least, from a model's shape: what measured speeds are held beside. While one token is
 * written at a time, every weight is read for two operations, so memory, not arithmetic, sets the pace.
 */

/** The text tower and its head, as far as a token's cost depends on them. */
export interface DecoderShape {
  /** Numbers of the matrices that every token goes through (layers and head), and their bytes with those of the vectors. */
  readonly matrixNumbers: number;
  readonly weightBytes: number;
  /** Heads of all layers together, and the length of one. */
  readonly keyValueHeads: number;
  readonly queryHeads: number;
  readonly headSize: number;
}

export interface TokenCost {
  /** Bytes that have to be read: each weight once, and the keys and values (float32) of what came before. */
  readonly bytes: number;
  /** Multiplications and additions. */
  readonly operations: number;
}

/**
 * bytes = weights + 2 · 4 · H_kv · h · T; operations = 2 · (numbers of the matrices) + 4 · H_q · h · T: each query head takes
 * T products with keys and T sums of values of length h, at two operations each.
 *
 * @param context T, tokens that are attended to, the new one included; may be a mean.
 */
export function tokenCost(shape: DecoderShape, context: number): TokenCost {
  const { matrixNumbers, weightBytes, keyValueHeads, queryHeads, headSize } = shape;
  return {
    bytes: weightBytes + 8 * keyValueHeads * headSize * context,
    operations: 2 * matrixNumbers + 4 * queryHeads * headSize * context,
  };
}

/** Mean number of tokens that `decoded` tokens behind a prompt and a first token attend to, each itself included. */
export function meanContext(promptTokens: number, decoded: number): number {
  return promptTokens + (decoded + 1) / 2;
}
