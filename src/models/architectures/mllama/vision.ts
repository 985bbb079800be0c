/**
 * The vision tower of Llama 3.2 Vision, two encoders one behind the other in one list of layers, and its connector, which
 * reads the outputs of several of them.
 */
import type { GraphBuilder } from "../../../graph/graph.ts";
import { add, multiply } from "../../../graph/operations/elementwise.ts";
import { linear } from "../../../graph/operations/linear.ts";
import { layerNorm } from "../../../graph/operations/normalise.ts";
import { cast, reshape } from "../../../graph/operations/structure.ts";
import type { Precision } from "../../../graph/precision.ts";
import { times } from "../../../graph/shape.ts";
import { ALL_LAYERS, type LayerWidths, type VisionDefinition, type WeightSlot } from "../definition.ts";
import { connectorGraphs } from "../shared/connector-graphs.ts";
import type { Entrance } from "../shared/encoder/layer-graphs.ts";
import { type EncoderLayers, pair } from "../shared/encoder/layer-spec.ts";
import { encoderTower } from "../shared/encoder/tower.ts";
import { mergeGraph } from "../shared/feature-rows.ts";
import type { MllamaConfig, TiledVisionConfig } from "./config.ts";
import { frameOfTiles } from "./frames.ts";
import { featureColumns, gateSlot } from "./preparations.ts";
import { tileAttention, tileRows } from "./tiles.ts";
import {
  embeddingGraph,
  embeddingSlots,
  OUTER_EPSILON,
  rowOfTiling,
  TILING,
  TOWER,
  tilingSlots,
} from "./vision-embedding.ts";

const CONNECTOR = "multi_modal_projector";

/** Graphs of the second encoder's layers: the first of them begins with what stands between the two. */
const BRIDGE = "bridge";
const GATED = "gated";

/** Both encoders' layers; those of the second are numbered on. */
function encoderLayers(config: TiledVisionConfig): EncoderLayers {
  const first = config.layers - config.globalLayers;
  const stem = (layer: number) =>
    layer < first ? `${TOWER}.transformer.layers.${layer}` : `${TOWER}.global_transformer.layers.${layer - first}`;
  const between: readonly WeightSlot[] = [
    ...pair("post_norm", `${TOWER}.layernorm_post`, [config.hiddenSize]),
    ...tilingSlots("behind", `${TOWER}.post_tile_positional_embedding`, config),
  ];
  return {
    stem,
    attentionNorm: "input_layernorm",
    output: "self_attn.o_proj",
    mlpNorm: "post_attention_layernorm",
    attentionBiases: false,
    graphOf: (layer) => (layer < first ? undefined : layer === first ? BRIDGE : GATED),
    further: (layer) => {
      if (layer < first) return [];
      const gates = [
        gateSlot("attention_gate", `${stem(layer)}.gate_attn`),
        gateSlot("mlp_gate", `${stem(layer)}.gate_ffn`),
      ];
      return layer === first ? [...gates, ...between] : gates;
    },
  };
}

/** Between the encoders: a norm, and a table that says where in the picture a tile lies. */
function bridge(config: TiledVisionConfig): Entrance {
  const { hiddenSize: width, tiles } = config;
  const { all, frame } = tileRows(config);
  return (builder, hidden, weight, { batch }) => {
    const normalised = layerNorm(builder, hidden, weight("post_norm"), weight("post_norm_bias"), OUTER_EPSILON);
    const tiling = builder.input(TILING, [batch], "int32");
    const row = rowOfTiling(builder, cast(builder, weight("behind"), "float32"), tiling, batch, [tiles, 1, width]);
    const byTile = reshape(builder, normalised, [batch, tiles, all, width]);
    const placed = add(builder, byTile, multiply(builder, row, weight("behind_gate")));
    return reshape(builder, placed, [times(batch, frame), width]);
  };
}

/** The vision tower of `model`, and its connector to the decoder. */
export function visionDefinition(model: MllamaConfig, widths?: readonly LayerWidths[]): VisionDefinition {
  const { vision: config, imageTokenId } = model;
  const textWidth = model.text.hiddenSize;
  const { hiddenSize: width, channels, patchSize, imageSize, tiles, featureLayers } = config;
  const { frame } = tileRows(config);
  const further = featureLayers.length;
  const columns = Array.from({ length: 1 + further }, (_, place): WeightSlot => {
    const preparation = featureColumns(width, further, place - 1);
    const input = place === 0 ? "projection" : `projection.${place - 1}`;
    const shape = [textWidth, (1 + further) * width];
    return { input, tensor: `${CONNECTOR}.weight`, shape, graphShape: [textWidth, width], preparation };
  });

  // One matrix over all features of a row, as a sum: the features are never put side by side.
  const emitConnector = (builder: GraphBuilder, batch: number | string, precision: Precision = "float32") => {
    const shape = [times(batch, frame), width];
    const hidden = builder.input("hidden", shape);
    const states = featureLayers.map((_, place) => builder.input(`states.${place}`, shape));
    const bias = builder.input("projection_bias", [textWidth]);
    const shares = [hidden, ...states].map((rows, place) => {
      const matrix = builder.input(columns[place]?.input ?? "", [textWidth, width], precision);
      return linear(builder, rows, cast(builder, matrix, "float32"), place === 0 ? bias : undefined);
    });
    return { hidden, states, features: shares.reduce((sum, share) => add(builder, sum, share)) };
  };

  return {
    ...encoderTower(
      { config, layers: encoderLayers(config), patches: frame, entrances: { [BRIDGE]: bridge(config) } },
      widths,
    ),
    feeds: { [ALL_LAYERS]: { positions: null, attention: tileAttention(config) } },
    entrance: "attention",
    connectorLayers: featureLayers,
    addedBehind: [],
    imageTokenId,
    imageSize,
    largestFrame: { patches: frame, tokens: 1 },
    patchValues: channels * patchSize ** 2,
    pixelShape: [channels, imageSize, imageSize],
    pixelPieces: tiles,
    frameOf: (pixels, layout) => frameOfTiles(config, pixels, layout?.pieces),
    textWidth,
    embeddingWeights: embeddingSlots(config),
    connectorWeights: [...columns, { input: "projection_bias", tensor: `${CONNECTOR}.bias`, shape: [textWidth] }],
    embed: (options) => embeddingGraph(config, options),
    ...connectorGraphs(emitConnector),
    merge: () => mergeGraph(textWidth),
  };
}
