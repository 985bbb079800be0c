/** Gemma 3's SigLIP tower and its connector, which averages squares of patches. */
import type { GraphBuilder } from "../../../graph/graph.ts";
import { matmul } from "../../../graph/operations/linear.ts";
import { layerNorm, rmsNorm } from "../../../graph/operations/normalise.ts";
import { cast, reshape, transpose } from "../../../graph/operations/structure.ts";
import type { Precision } from "../../../graph/precision.ts";
import { times } from "../../../graph/shape.ts";
import type { LayerWidths, VisionDefinition } from "../definition.ts";
import { connectorGraphs } from "../shared/connector-graphs.ts";
import { cutPatches } from "../shared/cut-patches.ts";
import { normSlot } from "../shared/decoder/norms.ts";
import { pair, plainLayers } from "../shared/encoder/layer-spec.ts";
import { encoderTower, patchEmbeddingGraph, patchSlots } from "../shared/encoder/tower.ts";
import { mergeGraph } from "../shared/feature-rows.ts";
import type { Gemma3Config } from "./config.ts";

/** Of the tower's tensors. */
export const TOWER = "vision_tower.vision_model";

const CONNECTOR = "multi_modal_projector";

/** The vision tower of `model`, and its connector to the decoder. */
export function visionDefinition(model: Gemma3Config, widths?: readonly LayerWidths[]): VisionDefinition {
  const { vision: config, tokensPerSide, imageTokenId } = model;
  const textWidth = model.text.hiddenSize;
  const { hiddenSize: width, channels, patchSize, imageSize, normEpsilon } = config;
  const side = imageSize / patchSize;
  const patches = side ** 2;
  const tokens = tokensPerSide ** 2;
  const square = side / tokensPerSide;

  const emitConnector = (builder: GraphBuilder, batch: number | string, precision: Precision = "float32") => {
    const hidden = builder.input("hidden", [times(batch, patches), width]);
    const normalised = layerNorm(
      builder,
      hidden,
      builder.input("post_norm", [width]),
      builder.input("post_norm_bias", [width]),
      normEpsilon,
    );
    const cells = reshape(builder, normalised, [times(batch, tokensPerSide), square, tokensPerSide, square, width]);
    const squares = reshape(builder, transpose(builder, cells, [0, 2, 4, 1, 3]), [
      times(batch, tokens),
      width,
      square ** 2,
    ]);
    const shares = builder.constant(new Float32Array(square ** 2).fill(1 / square ** 2), [square ** 2, 1]);
    const means = reshape(builder, matmul(builder, squares, shares), [times(batch, tokens), width]);
    const norm = builder.input("feature_norm", [width]);
    // Stored the other way round than matrices of linear layers are. Sums in float32, since a half holds no more than 65,504.
    const projection = cast(builder, builder.input("projection", [width, textWidth], precision), "float32");
    return { hidden, features: matmul(builder, rmsNorm(builder, means, norm, normEpsilon), projection) };
  };

  return {
    ...encoderTower({ config, layers: plainLayers(TOWER), patches }, widths),
    entrance: "rows",
    connectorLayers: [],
    addedBehind: [],
    imageTokenId,
    imageSize,
    largestFrame: { patches, tokens },
    patchValues: channels * patchSize ** 2,
    pixelShape: [channels, imageSize, imageSize],
    frameOf: (pixels) => ({
      patches,
      tokens,
      grid: { rows: side, columns: side },
      values: cutPatches(pixels, channels, imageSize, patchSize),
    }),
    textWidth,
    embeddingWeights: patchSlots(config, TOWER),
    connectorWeights: [
      ...pair("post_norm", `${TOWER}.post_layernorm`, [width]),
      normSlot({ onePlusNorms: true }, "feature_norm", `${CONNECTOR}.mm_soft_emb_norm.weight`, width),
      { input: "projection", tensor: `${CONNECTOR}.mm_input_projection_weight`, shape: [width, textWidth] },
    ],
    embed: (options) => patchEmbeddingGraph(config, options),
    ...connectorGraphs(emitConnector),
    merge: () => mergeGraph(textWidth),
  };
}
