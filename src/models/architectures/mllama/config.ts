/**
 * config.json of Llama 3.2 Vision (Mllama). Missing keys take transformers' own defaults (`configuration_mllama.py`). Both
 * dialects are read: transformers 4 writes `rope_theta` and `rope_scaling`, transformers 5 `rope_parameters`.
 */
import * as v from "valibot";
import { PivotscopeError } from "../../../core/errors.ts";
import { readJson } from "../../../core/json/read.ts";
import { flag, integer, list, object, oneOf, positive } from "../../../core/json/schemas.ts";
import { showValue } from "../../../core/json/show.ts";
import { plural } from "../../../core/words.ts";
import { CONFIG, CONFIG_FILE, contradiction, LARGEST } from "../shared/config-fields.ts";
import type { DecoderConfig } from "../shared/decoder/config.ts";
import { ropeOf, ropeSchema } from "../shared/decoder/rope-config.ts";
import { checkSides, squareSide, type VisionConfig } from "../shared/encoder/config.ts";
import { layerWidths, perLayer } from "../shared/layer-widths.ts";
import { tilings } from "./canvas.ts";

/** Two encoders one behind the other; `layers` counts those of both. */
export interface TiledVisionConfig extends VisionConfig {
  /** Of the second encoder, whose modules are gated. */
  readonly globalLayers: number;
  /** Tiles that every picture takes, empty ones included. */
  readonly tiles: number;
  /** Layers of the first encoder whose outputs are features too. */
  readonly featureLayers: readonly number[];
}

export interface MllamaConfig {
  readonly architecture: "mllama";
  readonly text: DecoderConfig;
  /** Layers of the text tower that look at the picture in place of the tokens before. */
  readonly crossLayers: readonly number[];
  readonly vision: TiledVisionConfig;
  readonly imageTokenId: number;
  readonly tieWordEmbeddings: boolean;
}

/** Rows of the embedding behind those of the head. */
const FURTHER_ROWS = 8;

/** Largest number of tiles that is taken for one. */
const LARGEST_TILES = 64;

const absentOr = <const Value extends string | number | boolean>(values: readonly Value[]) => v.nullish(oneOf(values));

const layer = integer(0, LARGEST.layers);

const textSchema = object({
  model_type: absentOr(["mllama_text_model"]),
  hidden_act: absentOr(["silu", "swish"]),
  vocab_size: v.nullish(integer(1, LARGEST.vocabulary), 128_256),
  hidden_size: v.nullish(integer(1, LARGEST.width), 4096),
  intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), 14_336),
  num_hidden_layers: v.nullish(integer(1, LARGEST.layers), 40),
  num_attention_heads: v.nullish(integer(1, LARGEST.width), 32),
  num_key_value_heads: v.nullish(integer(1, LARGEST.width), 8),
  rms_norm_eps: v.nullish(positive, 1e-5),
  max_position_embeddings: v.nullish(integer(1), 131_072),
  rope_theta: v.nullish(positive, 500_000),
  rope_scaling: ropeSchema,
  rope_parameters: ropeSchema,
  cross_attention_layers: v.nullish(list(layer), [3, 8, 13, 18, 23, 28, 33, 38]),
  tie_word_embeddings: v.nullish(flag, false),
  projection_bias: v.nullish(flag),
  per_layer_config: perLayer(["num_attention_heads", "num_key_value_heads"]),
});

const visionSchema = object({
  hidden_act: absentOr(["gelu"]),
  hidden_size: v.nullish(integer(1, LARGEST.width), 1280),
  intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), 5120),
  num_hidden_layers: v.nullish(integer(1, LARGEST.layers), 32),
  num_global_layers: v.nullish(integer(1, LARGEST.layers), 8),
  attention_heads: v.nullish(integer(1, LARGEST.width)),
  num_attention_heads: v.nullish(integer(1, LARGEST.width)),
  num_channels: v.nullish(oneOf([3]), 3),
  image_size: v.nullish(squareSide, 448),
  patch_size: v.nullish(squareSide, 14),
  norm_eps: v.nullish(positive, 1e-5),
  max_num_tiles: v.nullish(integer(1, LARGEST_TILES), 4),
  intermediate_layers_indices: v.nullish(list(layer), [3, 7, 15, 23, 30]),
  supported_aspect_ratios: v.nullish(
    list(list(integer(1, LARGEST_TILES), { least: 2, most: 2 }), { least: 1, most: LARGEST_TILES ** 2 }),
  ),
  vision_output_dim: v.nullish(integer(1)),
  per_layer_config: perLayer(["num_attention_heads"]),
});

const schema = object({
  text_config: v.nullish(textSchema, {}),
  vision_config: v.nullish(visionSchema, {}),
  image_token_index: v.nullish(integer(0)),
  image_token_id: v.nullish(integer(0)),
  // transformers 5 writes it at the top, for the class; what ties is what the text model says, and the file has the last word.
  tie_word_embeddings: v.nullish(flag),
});

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseMllama(found: unknown): MllamaConfig {
  const top = readJson(schema, found, CONFIG);
  const text = textOf(top.text_config);
  const vision = visionOf(top.vision_config);
  const crossLayers = increasing("cross_attention_layers", top.text_config.cross_attention_layers, text.layers);
  if (crossLayers.length === text.layers) throw contradiction("cross_attention_layers leaves no layer that reads text");
  const imageTokenId = top.image_token_index ?? top.image_token_id ?? 128_256;
  const rows = text.embeddingRows ?? text.vocabularySize;
  if (imageTokenId >= rows) {
    throw contradiction(`image_token_index ${imageTokenId} is not below the ${rows} rows of the embedding`);
  }
  return { architecture: "mllama", text, crossLayers, vision, imageTokenId, tieWordEmbeddings: text.tieWordEmbeddings };
}

/** Layers of a list in their order, each below `count`. */
function increasing(field: string, found: readonly number[], count: number): readonly number[] {
  const wrong = found.find((number, index) => number >= count || number <= (found[index - 1] ?? -1));
  if (wrong === undefined) return found;
  throw contradiction(`${field} [${found.join(", ")}] does not name some of ${plural(count, "layer")} in their order`);
}

function textOf(fields: v.InferOutput<typeof textSchema>): DecoderConfig {
  const { hidden_size: hiddenSize, num_attention_heads: heads, num_key_value_heads: keyValueHeads } = fields;
  const { num_hidden_layers: layers, intermediate_size: intermediateSize } = fields;
  if (heads % keyValueHeads !== 0) {
    throw contradiction(`${heads} query heads cannot share ${keyValueHeads} key/value heads evenly`);
  }
  const headSize = hiddenSize / heads;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0) {
    throw contradiction(`hidden_size ${hiddenSize} is no even multiple of num_attention_heads ${heads}`);
  }
  return {
    vocabularySize: fields.vocab_size,
    embeddingRows: fields.vocab_size + FURTHER_ROWS,
    hiddenSize,
    intermediateSize,
    layers,
    heads,
    keyValueHeads,
    headSize,
    normEpsilon: fields.rms_norm_eps,
    ...ropeOf([fields.rope_parameters, fields.rope_scaling], fields.rope_theta, headSize),
    maximumPositions: fields.max_position_embeddings,
    tieWordEmbeddings: fields.tie_word_embeddings,
    ...(fields.projection_bias ? { projectionBias: true } : {}),
    ...layerWidths(
      fields.per_layer_config,
      { layers, attentionUnits: keyValueHeads, mlpUnits: intermediateSize },
      { num_attention_heads: heads / keyValueHeads, num_key_value_heads: 1 },
    ),
  };
}

/** The ways to lay tiles that a file lists have to be all there are, since the tables' rows go by their numbers. */
function checkTilings(listed: readonly (readonly number[])[], tiles: number): void {
  const all = tilings(tiles).map(({ rows, columns }) => [rows, columns]);
  if (JSON.stringify(listed) === JSON.stringify(all)) return;
  throw new PivotscopeError(
    "unsupported",
    `${CONFIG_FILE}: "supported_aspect_ratios" is ${showValue(listed)}; supported: ${JSON.stringify(all)}, all for ${plural(tiles, "tile")}.`,
    "This variant of the architecture is not built in; open another checkpoint.",
  );
}

function visionOf(fields: v.InferOutput<typeof visionSchema>): TiledVisionConfig {
  const tiles = fields.max_num_tiles;
  const layers = fields.num_hidden_layers + fields.num_global_layers;
  const heads = fields.attention_heads ?? fields.num_attention_heads ?? 16;
  if (fields.supported_aspect_ratios) checkTilings(fields.supported_aspect_ratios, tiles);
  const vision: TiledVisionConfig = {
    hiddenSize: fields.hidden_size,
    intermediateSize: fields.intermediate_size,
    layers,
    globalLayers: fields.num_global_layers,
    heads,
    channels: fields.num_channels,
    imageSize: fields.image_size,
    patchSize: fields.patch_size,
    normEpsilon: fields.norm_eps,
    activation: "gelu",
    tiles,
    featureLayers: increasing(
      "vision_config.intermediate_layers_indices",
      fields.intermediate_layers_indices,
      fields.num_hidden_layers,
    ),
    ...layerWidths(
      fields.per_layer_config,
      { layers, attentionUnits: heads, mlpUnits: fields.intermediate_size },
      { num_attention_heads: 1 },
    ),
  };
  checkSides(vision);
  const outputs = vision.hiddenSize * (1 + vision.featureLayers.length);
  if ((fields.vision_output_dim ?? outputs) !== outputs) {
    throw contradiction(
      `vision_config.vision_output_dim is ${fields.vision_output_dim}; its layers give ${outputs} numbers a row`,
    );
  }
  return vision;
}
