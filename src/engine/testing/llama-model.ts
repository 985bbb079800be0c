/** The small random Llama of the reference numbers, on the cpu backend. Tests only. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SafetensorsFile } from "../../models/safetensors.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { readSharedJson } from "../../testing/shared.ts";
import { createModel, type Model } from "../model.ts";

interface WithConfig {
  readonly config: Record<
    "vocab" | "hidden" | "inter" | "layers" | "heads" | "kv_heads" | "head_dim" | "rms_eps" | "rope_theta",
    number
  >;
}

/** @param shared folder of reference material. @returns the model, and the reference file as it lies there. */
export async function openLlamaModel<Expected>(shared: string): Promise<{ model: Model; expected: Expected }> {
  const expected = readSharedJson<Expected & WithConfig>(join(shared, "oracles"), "llama-mha.json");
  const { config } = expected;
  const bytes = new Uint8Array(await readFile(join(shared, "oracles", "llama-mha.safetensors")));
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
  const model = createModel(
    createNodeBackend(),
    { architecture: "llama", tieWordEmbeddings: false, text },
    new SafetensorsFile(bytes),
  );
  return { model, expected };
}
