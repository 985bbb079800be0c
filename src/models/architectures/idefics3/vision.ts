/** The SigLIP-style vision tower of Idefics3 and its pixel-shuffle connector. */
import { gradients } from "../../../graph/differentiate.ts";
import { GraphBuilder } from "../../../graph/graph.ts";
import { add } from "../../../graph/operations/elementwise.ts";
import { linear } from "../../../graph/operations/linear.ts";
import { layerNorm } from "../../../graph/operations/normalise.ts";
import { cast, gatherRows, interleaveRows, reshape, transpose } from "../../../graph/operations/structure.ts";
import type { Precision } from "../../../graph/precision.ts";
import { times } from "../../../graph/shape.ts";
import { type LayerWidths, towerModules, type VisionDefinition } from "../definition.ts";
import { mixedPrecision } from "../shared/mixed-precision.ts";
import type { Idefics3Config } from "./config.ts";
import { backwardGraph, forwardGraph } from "./layer-graphs.ts";
import { headSizeOf, layerSpec, PREFIX, pair } from "./layer-spec.ts";
import { orderOfPatches } from "./patches.ts";
import { frameOf } from "./pictures.ts";

/** What of a config the tower and its connector depend on. */
export type VisionModel = Pick<Idefics3Config, "vision" | "scaleFactor" | "imageTokenId"> & {
  readonly text: Pick<Idefics3Config["text"], "hiddenSize">;
};

/** The vision tower of `model`, and its connector to the decoder. */
export function visionDefinition(model: VisionModel, widths?: readonly LayerWidths[]): VisionDefinition {
  const { vision: config, scaleFactor, imageTokenId } = model;
  const textWidth = model.text.hiddenSize;
  const { hiddenSize: width, channels, patchSize, imageSize } = config;
  const dense = { attentionUnits: config.heads, mlpUnits: config.intermediateSize };
  const units = widths ?? config.widths ?? Array.from({ length: config.layers }, () => dense);
  const side = imageSize / patchSize;
  const patches = side * side;
  const reduced = side / scaleFactor;
  const imageTokens = reduced * reduced;
  const patchValues = channels * patchSize * patchSize;
  const headSize = headSizeOf(config);
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
    tower: "vision",
    layers: units.map((own, layer) => layerSpec(config, layer, own)),
    width,
    headSize,
    imageTokenId,
    imageSize,
    largestFrame: { patches, tokens: imageTokens },
    patchValues,
    pixelShape: [channels, imageSize, imageSize],
    frameOf: (pixels) => frameOf(model, pixels),
    textWidth,
    modules: towerModules("vision", units, { attn: 4 * headSize * width + 3 * headSize, mlp: 2 * width + 1 }),
    columnsPerAttentionUnit: headSize,
    embeddingWeights: [
      {
        input: "patch",
        tensor: `${PREFIX}.embeddings.patch_embedding.weight`,
        shape: [width, channels, patchSize, patchSize],
        graphShape: [width, patchValues],
      },
      { input: "patch_bias", tensor: `${PREFIX}.embeddings.patch_embedding.bias`, shape: [width] },
      {
        input: "positions",
        tensor: `${PREFIX}.embeddings.position_embedding.weight`,
        shape: [patches, width],
        preparation: orderOfPatches(side, width),
      },
    ],
    connectorWeights: [
      ...pair("post_norm", `${PREFIX}.post_layernorm`, [width]),
      {
        input: "projection",
        tensor: "model.connector.modality_projection.proj.weight",
        shape: [textWidth, shuffled],
      },
    ],
    projections: { attn: "output", mlp: "fc2" },
    forward: (options) => forwardGraph(config, patches, options),
    backward: (options) => backwardGraph(config, patches, options),
    embed({ batch, precision = "float32" }) {
      const builder = new GraphBuilder(`vision embedding, batch ${batch}`);
      const pixels = builder.input("patches", [times(batch, patches), patchValues]);
      const { single, project } = mixedPrecision(builder, precision);
      const weight = builder.input("patch", [width, patchValues], precision);
      const bias = builder.input("patch_bias", [width]);
      const positions = single(builder.input("positions", [patches, width], precision));
      const framed = reshape(builder, single(project(pixels, weight, bias)), [batch, patches, width]);
      builder.output("hidden_out", reshape(builder, add(builder, framed, positions), [times(batch, patches), width]));
      return builder.build();
    },
    connector({ batch, precision }) {
      const builder = new GraphBuilder(`connector, batch ${batch}`);
      builder.output("features", emitConnector(builder, batch, precision).features);
      return builder.build();
    },
    connectorBackward({ batch, losses }) {
      const builder = new GraphBuilder(`connector backward, batch ${batch}`);
      const { hidden, features } = emitConnector(builder, batch);
      for (let loss = 0; loss < losses; loss++) {
        const cotangent = builder.input(`gradient.${loss}`, features.shape);
        for (const gradient of gradients(builder, features, cotangent, [hidden])) {
          builder.output(`hidden_gradient.${loss}`, gradient);
        }
      }
      return builder.build();
    },
    merge() {
      const builder = new GraphBuilder("merge");
      const text = builder.input("text", ["R", textWidth]);
      const features = builder.input("features", ["M", textWidth]);
      const index = builder.input("index", ["R"], "int32");
      builder.output("hidden_out", interleaveRows(builder, text, features, index));
      return builder.build();
    },
    mergeBackward() {
      const builder = new GraphBuilder("merge backward");
      const gradient = builder.input("gradient", ["R", textWidth]);
      const positions = builder.input("positions", ["M"], "int32");
      builder.output("features_gradient", gatherRows(builder, gradient, positions));
      return builder.build();
    },
  };
}
