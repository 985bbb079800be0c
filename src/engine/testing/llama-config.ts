/** The small random Llama of the reference numbers, on any backend. Tests only. */
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Backend } from "../../runtime/backend.ts";
import { createModel, type Model } from "../model.ts";

/** How the reference file spells the config. */
export type LlamaOracleConfig = Readonly<
  Record<"vocab" | "hidden" | "inter" | "layers" | "heads" | "kv_heads" | "head_dim" | "rms_eps" | "rope_theta", number>
>;

export function createLlamaModel(
  backend: Backend,
  config: LlamaOracleConfig,
  weights: Uint8Array<ArrayBuffer>,
): Promise<Model> {
  const text = {
    vocabularySize: config.vocab,
    hiddenSize: config.hidden,
    intermediateSize: config.inter,
    layers: config.layers,
    heads: config.heads,
    keyValueHeads: config.kv_heads,
    headSize: config.head_dim,
    normEpsilon: config.rms_eps,
    ropeTheta: config.rope_theta,
    maximumPositions: 64,
    tieWordEmbeddings: false,
  };
  return createModel(backend, { architecture: "llama", tieWordEmbeddings: false, text }, new SafetensorsFile(weights));
}
