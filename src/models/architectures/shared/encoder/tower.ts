/** What vision towers of encoder layers have in common: the layers, their units and their graphs. */
import { GraphBuilder } from "../../../../graph/graph.ts";
import { add } from "../../../../graph/operations/elementwise.ts";
import { reshape } from "../../../../graph/operations/structure.ts";
import { times } from "../../../../graph/shape.ts";
import {
  type FrameBatch,
  type LayerWidths,
  type MatrixFormat,
  type Preparation,
  towerModules,
  type WeightSlot,
} from "../../definition.ts";
import { mixedPrecision } from "../mixed-precision.ts";
import type { VisionConfig } from "./config.ts";
import { backwardGraph, type EncoderGraphs, forwardGraph } from "./layer-graphs.ts";
import { headSizeOf, layerSpec, pair } from "./layer-spec.ts";

/** Everything of a `TowerDefinition` that the layers say. */
export function encoderTower(
  graphs: EncoderGraphs & { readonly config: VisionConfig },
  widths?: readonly LayerWidths[],
) {
  const { config, layers } = graphs;
  const { hiddenSize: width } = config;
  const headSize = headSizeOf(config);
  const dense = { attentionUnits: config.heads, mlpUnits: config.intermediateSize };
  const units = widths ?? config.widths ?? Array.from({ length: config.layers }, () => dense);
  const attentionBiases = layers.attentionBiases ? 3 * headSize : 0;
  return {
    tower: "vision",
    // Patches have learnt positions, all frames are of one size, and every patch sees all of its frame.
    feeds: {},
    width,
    headSize,
    layers: units.map((own, layer) => layerSpec(config, layers, layer, own)),
    modules: towerModules("vision", units, { attn: 4 * headSize * width + attentionBiases, mlp: 2 * width + 1 }),
    columnsPerAttentionUnit: headSize,
    projections: { attn: "output", mlp: "fc2" },
    forward: (options: Parameters<typeof forwardGraph>[1]) => forwardGraph(graphs, options),
    backward: (options: Parameters<typeof backwardGraph>[1]) => backwardGraph(graphs, options),
  } as const;
}

/** Tensors of an embedding of patches that adds a row of a table to each, below `prefix`; `order` arranges the table's rows. */
export function patchSlots(
  { hiddenSize: width, channels, patchSize, imageSize }: VisionConfig,
  prefix: string,
  order?: Preparation,
): WeightSlot[] {
  const [weight, bias] = pair("patch", `${prefix}.embeddings.patch_embedding`, [width, channels, patchSize, patchSize]);
  return [
    ...(weight ? [{ ...weight, graphShape: [width, channels * patchSize ** 2] }] : []),
    ...(bias ? [bias] : []),
    {
      input: "positions",
      tensor: `${prefix}.embeddings.position_embedding.weight`,
      shape: [(imageSize / patchSize) ** 2, width],
      ...(order && { preparation: order }),
    },
  ];
}

/** See `VisionDefinition.embed`. */
export function patchEmbeddingGraph(
  { hiddenSize: width, channels, patchSize, imageSize }: VisionConfig,
  { batch, precision = "float32" }: FrameBatch & MatrixFormat,
) {
  const patches = (imageSize / patchSize) ** 2;
  const patchValues = channels * patchSize ** 2;
  const builder = new GraphBuilder(`vision embedding, batch ${batch}`);
  const pixels = builder.input("patches", [times(batch, patches), patchValues]);
  const { single, project } = mixedPrecision(builder, precision);
  const weight = builder.input("patch", [width, patchValues], precision);
  const bias = builder.input("patch_bias", [width]);
  const positions = single(builder.input("positions", [patches, width], precision));
  const framed = reshape(builder, single(project(pixels, weight, bias)), [batch, patches, width]);
  builder.output("hidden_out", reshape(builder, add(builder, framed, positions), [times(batch, patches), width]));
  return builder.build();
}
