/**
 * config.json of Qwen2-VL and Qwen2.5-VL. Two dialects are read: on the hub the text tower's fields stand at the top, beside
 * `vision_config`; transformers 5 writes them into `text_config`. Missing keys take transformers' own defaults
 * (`configuration_qwen2_vl.py`, `configuration_qwen2_5_vl.py`), since its writer leaves out what equals them.
 */
import * as v from "valibot";
import { readJson } from "../../../core/json/read.ts";
import {
  anyObject,
  flag,
  integer,
  type JsonObject,
  list,
  object,
  oneOf,
  positive,
} from "../../../core/json/schemas.ts";
import { CONFIG, contradiction, LARGEST } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf } from "../shared/decoder/config.ts";
import { checkHeads, type GridEncoderConfig } from "../shared/grid-encoder/config.ts";
import { gridFields, statedGrid } from "../shared/grid-encoder/stated-fields.ts";

export interface Qwen2VlConfig {
  readonly architecture: "qwen2-vl";
  readonly text: DecoderConfig;
  readonly vision: GridEncoderConfig;
  readonly imageTokenId: number;
  readonly videoTokenId: number;
  readonly tieWordEmbeddings: boolean;
}

/** What transformers takes where rms_norm_eps is missing. */
const TEXT_EPSILON = 1e-5;

/** Positions of three axes. They are called "mrope" by files of transformers 4, "default" by others. */
const rope = v.nullish(
  v.pipe(
    object({
      rope_type: v.nullish(oneOf(["default", "mrope"])),
      type: v.nullish(oneOf(["default", "mrope"])),
      rope_theta: v.nullish(positive),
      mrope_section: v.nullish(list(integer(0, LARGEST.width), { least: 3, most: 3 })),
    }),
    v.transform(({ rope_type: _, type: __, ...stated }) => stated),
  ),
  {},
);

const textSchema = object({
  ...decoderFields,
  vocab_size: v.nullish(integer(1, LARGEST.vocabulary), 152_064),
  hidden_size: v.nullish(integer(1, LARGEST.width), 8192),
  intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), 29_568),
  num_hidden_layers: v.nullish(integer(1, LARGEST.layers), 80),
  num_attention_heads: v.nullish(integer(1, LARGEST.width), 64),
  num_key_value_heads: v.nullish(integer(1, LARGEST.width), 8),
  max_position_embeddings: v.nullish(integer(1), 32_768),
  rope_theta: v.nullish(positive, 1e6),
  rope_parameters: rope,
  rope_scaling: rope,
  // Not of its class, which divides the width by the heads.
  head_dim: v.nullish(integer(1, LARGEST.width)),
  // `sliding_window` and `max_window_layers` count only where this is true.
  use_sliding_window: v.nullish(oneOf([false])),
  layer_types: v.nullish(list(oneOf(["full_attention"]))),
});

const patchFields = gridFields({ depth: 32, patch: 14 });

const vision2Schema = object({
  ...patchFields,
  embed_dim: v.nullish(integer(1, LARGEST.width), 1280),
  hidden_size: v.nullish(integer(1, LARGEST.width), 3584),
  mlp_ratio: v.nullish(positive, 4),
  hidden_act: v.nullish(oneOf(["quick_gelu"])),
});

const vision25Schema = object({
  ...patchFields,
  hidden_size: v.nullish(integer(1, LARGEST.width), 3584),
  out_hidden_size: v.nullish(integer(1, LARGEST.width), 3584),
  intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), 3420),
  hidden_act: v.nullish(oneOf(["silu"])),
  window_size: v.nullish(integer(1, LARGEST.side), 112),
  fullatt_block_indexes: v.nullish(list(integer(0, LARGEST.layers)), [7, 15, 23, 31]),
});

const topSchema = object({
  text_config: v.nullish(anyObject),
  vision_config: v.nullish(anyObject, {}),
  image_token_id: v.nullish(integer(0), 151_655),
  video_token_id: v.nullish(integer(0), 151_656),
  tie_word_embeddings: v.nullish(flag),
});

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseQwen2Vl(found: JsonObject): Qwen2VlConfig {
  const top = readJson(topSchema, found, CONFIG);
  const fields = top.text_config
    ? readJson(textSchema, top.text_config, CONFIG, "text_config")
    : readJson(textSchema, found, CONFIG);
  const tieWordEmbeddings = top.tie_word_embeddings ?? fields.tie_word_embeddings ?? false;
  const text = { ...decoderOf({ ...fields, head_dim: null }, tieWordEmbeddings, TEXT_EPSILON), inputBias: true };
  if (text.ropeSections?.lengths.length !== 3) {
    throw contradiction("there is no mrope_section, the pairs of a head that time, rows and columns turn");
  }
  const { vision, outputWidth } = isLater(found) ? vision25(top.vision_config) : vision2(top.vision_config);
  checkHeads(vision);
  if (outputWidth !== text.hiddenSize) {
    throw contradiction(`the vision tower ends in a width of ${outputWidth}, the text tower has ${text.hiddenSize}`);
  }
  const { image_token_id: imageTokenId, video_token_id: videoTokenId } = top;
  if (imageTokenId >= text.vocabularySize) {
    throw contradiction(`image_token_id ${imageTokenId} is not below vocab_size ${text.vocabularySize}`);
  }
  return { architecture: "qwen2-vl", text, vision, imageTokenId, videoTokenId, tieWordEmbeddings };
}

/** Whether it is a Qwen2.5-VL. */
function isLater({ model_type: type, architectures }: JsonObject): boolean {
  if (typeof type === "string") return type === "qwen2_5_vl";
  return Array.isArray(architectures) && architectures[0] === "Qwen2_5_VLForConditionalGeneration";
}

function vision2(found: JsonObject) {
  const fields = readJson(vision2Schema, found, CONFIG, "vision_config");
  const hiddenSize = fields.embed_dim;
  const intermediateSize = Math.trunc(hiddenSize * fields.mlp_ratio);
  const vision: GridEncoderConfig = {
    ...statedGrid(fields, intermediateSize),
    hiddenSize,
    norm: "layer",
    mlp: "quickGelu",
  };
  return { vision, outputWidth: fields.hidden_size };
}

function vision25(found: JsonObject) {
  const fields = readJson(vision25Schema, found, CONFIG, "vision_config");
  const { window_size: window, hidden_size: hiddenSize, intermediate_size: intermediateSize } = fields;
  const shared = statedGrid(fields, intermediateSize);
  const cells = Math.floor(window / shared.mergeSize / shared.patchSize);
  if (cells < 1) throw contradiction(`vision_config.window_size ${window} has no room for one block of patches`);
  const windows = { side: cells * shared.mergeSize, wholeLayers: fields.fullatt_block_indexes };
  const vision: GridEncoderConfig = { ...shared, hiddenSize, norm: "rootMeanSquare", mlp: "gated", windows };
  return { vision, outputWidth: fields.out_hidden_size };
}
