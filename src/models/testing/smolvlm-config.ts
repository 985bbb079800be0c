/** What SmolVLM-256M-Instruct's config.json says of the model's shape; tests write their own with fewer layers. */

export interface SmolvlmLayers {
  /** 30 when absent. */
  readonly text?: number;
  /** 12 when absent. */
  readonly vision?: number;
}

/** Text of a config.json. */
export function smolvlmConfig(layers: SmolvlmLayers = {}): string {
  return JSON.stringify({
    architectures: ["Idefics3ForConditionalGeneration"],
    model_type: "idefics3",
    image_token_id: 49190,
    scale_factor: 4,
    tie_word_embeddings: false,
    text_config: {
      model_type: "llama",
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: layers.text ?? 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      head_dim: 64,
      vocab_size: 49280,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-5,
      rope_theta: 100000,
      bos_token_id: 1,
      eos_token_id: 2,
      pad_token_id: 2,
    },
    vision_config: {
      model_type: "idefics3",
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: layers.vision ?? 12,
      num_attention_heads: 12,
      image_size: 512,
      patch_size: 16,
      layer_norm_eps: 1e-6,
      hidden_act: "gelu_pytorch_tanh",
    },
  });
}
