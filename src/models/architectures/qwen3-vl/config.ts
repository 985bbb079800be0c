/**
 * config.json of Qwen3-VL. Missing keys take transformers' own defaults (`configuration_qwen3_vl.py`), since its writer
 * leaves out what equals them.
 */
import * as v from "valibot";
import { readJson } from "../../../core/json/read.ts";
import { flag, integer, type JsonObject, list, object, oneOf, positive } from "../../../core/json/schemas.ts";
import type { Bounds } from "../architecture.ts";
import { CONFIG, contradiction, LARGEST } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf, sizeFields, smallerDecoder } from "../shared/decoder/config.ts";
import { checkHeads, type GridEncoderConfig, smallerGridEncoder } from "../shared/grid-encoder/config.ts";
import { gridFields, statedGrid } from "../shared/grid-encoder/stated-fields.ts";

export interface Qwen3VlConfig {
  readonly architecture: "qwen3-vl";
  readonly text: DecoderConfig;
  readonly vision: GridEncoderConfig;
  /** Vision layers whose states are added to the image tokens behind the first text layers, rising. */
  readonly deepLayers: readonly number[];
  readonly imageTokenId: number;
  readonly videoTokenId: number;
  readonly tieWordEmbeddings: boolean;
}

/** In the code, and in no file. */
const SECTIONS = [24, 20, 20];

const rope = v.nullish(
  object({
    rope_type: v.nullish(oneOf(["default"])),
    type: v.nullish(oneOf(["default"])),
    rope_theta: v.nullish(positive),
    mrope_section: v.nullish(list(integer(0, LARGEST.width), { least: 3, most: 3 })),
    mrope_interleaved: v.nullish(oneOf([true])),
  }),
  {},
);

const textSchema = object({
  ...decoderFields,
  ...sizeFields({
    hidden_size: 4096,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    vocab_size: 151_936,
    intermediate_size: 22_016,
    num_hidden_layers: 32,
    rope_theta: 500_000,
    max_position_embeddings: 128_000,
  }),
  head_dim: v.nullish(integer(1, LARGEST.width), 128),
  rope_parameters: rope,
  rope_scaling: rope,
});

const visionSchema = object({
  ...gridFields({ depth: 27, patch: 16 }),
  hidden_size: v.nullish(integer(1, LARGEST.width), 1152),
  hidden_act: v.nullish(oneOf(["gelu_pytorch_tanh"])),
  intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), 4304),
  out_hidden_size: v.nullish(integer(1, LARGEST.width), 3584),
  num_position_embeddings: v.nullish(integer(1, LARGEST.vocabulary), 2304),
  deepstack_visual_indexes: v.nullish(list(integer(0, LARGEST.layers)), [8, 16, 24]),
});

const schema = object({
  text_config: v.nullish(textSchema),
  vision_config: v.nullish(visionSchema),
  image_token_id: v.nullish(integer(0), 151_655),
  video_token_id: v.nullish(integer(0), 151_656),
  tie_word_embeddings: v.nullish(flag),
});

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseQwen3Vl(found: JsonObject): Qwen3VlConfig {
  const top = readJson(schema, found, CONFIG);
  const fields = top.text_config ?? readJson(textSchema, {}, CONFIG);
  const tieWordEmbeddings = top.tie_word_embeddings ?? fields.tie_word_embeddings ?? false;
  const text = textOf(decoderOf(fields, tieWordEmbeddings));
  const { vision, outputWidth, deepLayers } = visionOf(top.vision_config ?? readJson(visionSchema, {}, CONFIG));
  if (outputWidth !== text.hiddenSize) {
    throw contradiction(`the vision tower ends in a width of ${outputWidth}, the text tower has ${text.hiddenSize}`);
  }
  if (deepLayers.length > text.layers) {
    throw contradiction(`deepstack_visual_indexes has ${deepLayers.length} entries for ${text.layers} text layers`);
  }
  const { image_token_id: imageTokenId, video_token_id: videoTokenId } = top;
  if (imageTokenId >= text.vocabularySize) {
    throw contradiction(`image_token_id ${imageTokenId} is not below vocab_size ${text.vocabularySize}`);
  }
  return { architecture: "qwen3-vl", text, vision, deepLayers, imageTokenId, videoTokenId, tieWordEmbeddings };
}

/** The decoder with norms of its heads and with positions whose axes take turns. */
function textOf(decoder: DecoderConfig): DecoderConfig {
  const { headSize, ropeSections } = decoder;
  const lengths = ropeSections?.lengths ?? SECTIONS;
  if (lengths.reduce((sum, length) => sum + length, 0) !== headSize / 2) {
    throw contradiction(`there is no mrope_section, and [${lengths.join(", ")}] is not for heads of ${headSize}`);
  }
  return { ...decoder, headNorms: true, ropeSections: { lengths, interleaved: true } };
}

function visionOf(fields: v.InferOutput<typeof visionSchema>) {
  const { depth: layers, deepstack_visual_indexes: deepLayers, num_position_embeddings: places } = fields;
  const tableSide = Math.round(Math.sqrt(places));
  if (tableSide ** 2 !== places) throw contradiction(`vision_config.num_position_embeddings ${places} is no square`);
  if (deepLayers.some((layer, place) => layer >= layers || layer <= (deepLayers[place - 1] ?? -1))) {
    throw contradiction(
      `vision_config.deepstack_visual_indexes [${deepLayers.join(", ")}] are no rising numbers below depth ${layers}`,
    );
  }
  const vision: GridEncoderConfig = {
    ...statedGrid(fields, fields.intermediate_size),
    hiddenSize: fields.hidden_size,
    norm: "layer",
    mlp: "geluTanh",
    patchBias: true,
    tableSide,
  };
  checkHeads(vision);
  return { vision, outputWidth: fields.out_hidden_size, deepLayers };
}

/** See `Architecture.smaller`. What is added is what the layers that are left can give and take. */
export function smallerQwen3Vl(config: Qwen3VlConfig, bounds: Bounds): Qwen3VlConfig {
  const text = smallerDecoder(config.text, bounds);
  const vision = smallerGridEncoder(config.vision, bounds);
  const deepLayers = config.deepLayers.filter((layer) => layer < vision.layers).slice(0, text.layers);
  return { ...config, text, vision, deepLayers };
}
