/** The small random Llama of the reference numbers, on any backend. Tests only. */
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Backend } from "../../runtime/backend.ts";
import { createModel } from "../load/create-model.ts";
import type { Model } from "../pass/model.ts";

/** How the reference file spells the config. */
export type LlamaOracleConfig = Readonly<
  Record<"vocab" | "hidden" | "inter" | "layers" | "heads" | "kv_heads" | "head_dim" | "rms_eps" | "rope_theta", number>
>;

/**
 * @param largestBuffer bytes of the largest buffer that the weights may take, which cuts the vocabulary's tables; everything
 *   else goes by the backend's own limit.
 */
export async function createLlamaModel(
  backend: Backend,
  config: LlamaOracleConfig,
  weights: Uint8Array<ArrayBuffer>,
  largestBuffer = backend.limits.largestBuffer,
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
  const limited: Backend = Object.create(backend, { limits: { value: { ...backend.limits, largestBuffer } } });
  const architecture = "llama" as const;
  const file = new SafetensorsFile(weights);
  return { ...(await createModel(limited, { architecture, tieWordEmbeddings: false, text }, file)), backend };
}
