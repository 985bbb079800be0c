/** The SigLIP-style vision tower of Idefics3 and its pixel-shuffle connector. */
import type { GraphBuilder } from "../../../graph/graph.ts";
import { linear } from "../../../graph/operations/linear.ts";
import { layerNorm } from "../../../graph/operations/normalise.ts";
import { cast, reshape, transpose } from "../../../graph/operations/structure.ts";
import type { Precision } from "../../../graph/precision.ts";
import { times } from "../../../graph/shape.ts";
import type { LayerWidths, VisionDefinition } from "../definition.ts";
import { connectorGraphs } from "../shared/connector-graphs.ts";
import { pair, plainLayers } from "../shared/encoder/layer-spec.ts";
import { encoderTower, patchEmbeddingGraph, patchSlots } from "../shared/encoder/tower.ts";
import { mergeGraph } from "../shared/feature-rows.ts";
import type { Idefics3Config } from "./config.ts";
import { orderOfPatches } from "./patches.ts";
import { frameOf } from "./pictures.ts";

/** Of the tower's tensors. */
const PREFIX = "model.vision_model";

/** What of a config the tower and its connector depend on. */
export type VisionModel = Pick<Idefics3Config, "vision" | "scaleFactor" | "imageTokenId"> & {
  readonly text: Pick<Idefics3Config["text"], "hiddenSize">;
};

/** The vision tower of `model`, and its connector to the decoder. */
export function visionDefinition(model: VisionModel, widths?: readonly LayerWidths[]): VisionDefinition {
  const { vision: config, scaleFactor, imageTokenId } = model;
  const textWidth = model.text.hiddenSize;
  const { hiddenSize: width, channels, patchSize, imageSize } = config;
  const side = imageSize / patchSize;
  const patches = side * side;
  const reduced = side / scaleFactor;
  const imageTokens = reduced * reduced;
  const shuffled = width * scaleFactor * scaleFactor;

  const emitConnector = (builder: GraphBuilder, batch: number | string, precision: Precision = "float32") => {
    const hidden = builder.input("hidden", [times(batch, patches), width]);
    const norm = builder.input("post_norm", [width]);
    const bias = builder.input("post_norm_bias", [width]);
    // Products of this length, 12,288 terms in SmolVLM, lose too much when they are summed in half precision.
    const projection = cast(builder, builder.input("projection", [textWidth, shuffled], precision), "float32");
    const normalised = layerNorm(builder, hidden, norm, bias, config.normEpsilon);
    // Pixel shuffle: token (r, c) takes the scaleFactor² patches below it, row by row.
    const rows = reshape(builder, normalised, [times(batch, reduced), scaleFactor, reduced, scaleFactor * width]);
    const gathered = reshape(builder, transpose(builder, rows, [0, 2, 1, 3]), [times(batch, imageTokens), shuffled]);
    return { hidden, features: linear(builder, gathered, projection) };
  };

  return {
    ...encoderTower({ config, layers: plainLayers(PREFIX), patches }, widths),
    entrance: "rows",
    connectorLayers: [],
    addedBehind: [],
    imageTokenId,
    imageSize,
    largestFrame: { patches, tokens: imageTokens },
    patchValues: channels * patchSize * patchSize,
    pixelShape: [channels, imageSize, imageSize],
    frameOf: (pixels) => frameOf(model, pixels),
    textWidth,
    embeddingWeights: patchSlots(config, PREFIX, orderOfPatches(side, width)),
    connectorWeights: [
      ...pair("post_norm", `${PREFIX}.post_layernorm`, [width]),
      {
        input: "projection",
        tensor: "model.connector.modality_projection.proj.weight",
        shape: [textWidth, shuffled],
      },
    ],
    embed: (options) => patchEmbeddingGraph(config, options),
    ...connectorGraphs(emitConnector),
    merge: () => mergeGraph(textWidth),
  };
}
