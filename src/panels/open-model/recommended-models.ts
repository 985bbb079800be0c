/** Checkpoints of the hub that the page is tried with. */

export interface RecommendedModel {
  readonly repository: string;
  readonly parameters: number;
  /** Bytes of model.safetensors. */
  readonly bytes: number;
  readonly dtype: string;
  /** What people should know before they choose it; empty without a reason. */
  readonly note: string;
}

const STILL = "still pictures only";

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
];
