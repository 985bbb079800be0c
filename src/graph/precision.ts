/**
 * Number format of weights in memory, and of arithmetic where only the text is written: half precision halves the weights
 * and is faster on GPUs; hidden states, the KV cache and attention over it stay in single precision. Attribution and KL
 * are computed in single precision either way.
 */
export type Precision = "float32" | "float16";
