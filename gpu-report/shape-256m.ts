/**
 * The shape of SmolVLM-256M-Instruct (HuggingFaceTB, Apache-2.0), as its config.json on the hub says it, for weights that are
 * random: its real ones are half a gigabyte, and a machine without a network has none.
 */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelShapes } from "../scripts/random-checkpoint-shapes.ts";
import { writeRandomCheckpoint } from "../src/models/testing/random-checkpoint.ts";

export const SMOLVLM_256M_CONFIG = {
  model_type: "idefics3",
  scale_factor: 4,
  image_token_id: 49190,
  tie_word_embeddings: false,
  text_config: {
    model_type: "llama",
    vocab_size: 49280,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    head_dim: 64,
    hidden_act: "silu",
    rms_norm_eps: 1e-5,
    rope_theta: 100_000,
    max_position_embeddings: 8192,
  },
  vision_config: {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    image_size: 512,
    patch_size: 16,
    hidden_act: "gelu_pytorch_tanh",
  },
} as const;

/** Writes a checkpoint of this shape with seeded weights into a new folder, which `remove` takes away. */
export async function writeRandom256m(): Promise<{ readonly folder: string; remove(): void }> {
  const folder = await mkdtemp(join(tmpdir(), "pivotscope-256m-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const config = JSON.stringify(SMOLVLM_256M_CONFIG);
  try {
    writeRandomCheckpoint({ folder, config, tensors: modelShapes(config) });
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, remove };
}
