/** config.json of Qwen2 and Qwen2.5 without vision tower. */
import * as v from "valibot";
import { readJson } from "../../../core/json/read.ts";
import { flag, list, object, oneOf } from "../../../core/json/schemas.ts";
import { CONFIG } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf, sizeFields } from "../shared/decoder/config.ts";

/** What its class in transformers takes where a field is missing. */
export const SIZES = {
  hidden_size: 4096,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  vocab_size: 151_936,
  intermediate_size: 22_016,
  num_hidden_layers: 32,
  rope_theta: 10_000,
  max_position_embeddings: 32_768,
};

/** Layers that look back a window only are not computed; `sliding_window` and `max_window_layers` count only where they are. */
export const wholeAttention = {
  use_sliding_window: v.nullish(oneOf([false])),
  layer_types: v.nullish(list(oneOf(["full_attention"]))),
};

const schema = object({
  ...decoderFields,
  ...sizeFields(SIZES),
  ...wholeAttention,
  // Its class has these biases whatever the file says.
  attention_bias: v.nullish(flag),
});

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseQwen2(found: unknown): DecoderConfig {
  const fields = readJson(schema, found, CONFIG);
  return { ...decoderOf(fields, fields.tie_word_embeddings ?? false), inputBias: true };
}
