/** Checkpoints of the hub that the page is tried with. */

export interface RecommendedModel {
  readonly repository: string;
  readonly parameters: number;
  /** Bytes of all weights. */
  readonly bytes: number;
  readonly dtype: string;
  /** What people should know before they choose it; empty without a reason. */
  readonly note: string;
  /** Whoever downloads it has to accept its licence on its page, and to send a token. */
  readonly gated?: boolean;
}

const STILL = "still pictures only";
const COMMAND_LINE = "too large for a browser, for the command line";

export const RECOMMENDED_MODELS: readonly RecommendedModel[] = [
  {
    repository: "HuggingFaceTB/SmolVLM-256M-Instruct",
    parameters: 256_484_928,
    bytes: 513_028_808,
    dtype: "BF16",
    note: "the one to begin with",
  },
  {
    repository: "HuggingFaceTB/SmolVLM-500M-Instruct",
    parameters: 507_482_304,
    bytes: 1_015_025_832,
    dtype: "BF16",
    note: "",
  },
  {
    repository: "HuggingFaceTB/SmolVLM2-256M-Video-Instruct",
    parameters: 256_484_928,
    bytes: 1_030_000_000,
    dtype: "float32",
    note: STILL,
  },
  {
    repository: "HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
    parameters: 507_482_304,
    bytes: 2_030_000_000,
    dtype: "float32",
    note: STILL,
  },
  {
    repository: "Qwen/Qwen2-VL-2B-Instruct",
    parameters: 2_208_985_600,
    bytes: 4_417_971_200,
    dtype: "BF16",
    note: "Apache-2.0",
  },
  {
    repository: "Qwen/Qwen3-VL-2B-Instruct",
    parameters: 2_127_532_032,
    bytes: 4_255_064_064,
    dtype: "BF16",
    note: "Apache-2.0",
  },
  {
    repository: "Qwen/Qwen2.5-VL-3B-Instruct",
    parameters: 3_754_622_976,
    bytes: 7_509_245_952,
    dtype: "BF16",
    note: "Qwen research licence",
  },
  {
    repository: "google/gemma-3-4b-it",
    parameters: 4_300_079_472,
    bytes: 8_600_158_944,
    dtype: "BF16",
    note: "Gemma licence",
    gated: true,
  },
  {
    repository: "Qwen/Qwen2.5-VL-7B-Instruct",
    parameters: 8_292_166_656,
    bytes: 16_584_333_312,
    dtype: "BF16",
    note: `Apache-2.0 · ${COMMAND_LINE}`,
  },
  {
    repository: "meta-llama/Llama-3.2-11B-Vision-Instruct",
    parameters: 10_670_220_835,
    bytes: 21_340_441_670,
    dtype: "BF16",
    note: `Llama 3.2 licence · ${COMMAND_LINE}`,
    gated: true,
  },
];
