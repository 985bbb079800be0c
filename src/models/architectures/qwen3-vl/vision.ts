/**
 * The vision tower of Qwen3-VL, which takes pictures of any size, the merger behind it, and the mergers of layers inside it,
 * whose image tokens are added behind the first text layers (DeepStack).
 */
import type { LayerWidths, VisionDefinition } from "../definition.ts";
import { connectorGraphs } from "../shared/connector-graphs.ts";
import { mergeGraph } from "../shared/feature-rows.ts";
import { frameOfPixels } from "../shared/grid-encoder/grid.ts";
import type { GridEncoderNames } from "../shared/grid-encoder/layer-spec.ts";
import { emitMerger, type Merger, mergerInput, mergerSlots } from "../shared/grid-encoder/merger.ts";
import { withTable } from "../shared/grid-encoder/table.ts";
import { gridTower, patchGraph, patchSlots, patchValuesOf } from "../shared/grid-encoder/tower.ts";
import type { Qwen3VlConfig } from "./config.ts";

const PREFIX = "model.visual";

const NAMES: GridEncoderNames = { prefix: PREFIX, mlp: { fc1: "mlp.linear_fc1", fc2: "mlp.linear_fc2" } };

const EMBEDDING = { patch: `${PREFIX}.patch_embed.proj`, positions: `${PREFIX}.pos_embed.weight` };

function mergerNames(stem: string): Merger["names"] {
  return { norm: `${stem}.norm`, first: `${stem}.linear_fc1`, second: `${stem}.linear_fc2` };
}

/** What of a config the tower and its connector depend on. */
export type VisionModel = Pick<Qwen3VlConfig, "vision" | "deepLayers" | "imageTokenId"> & {
  readonly text: Pick<Qwen3VlConfig["text"], "hiddenSize">;
};

/** The vision tower of a model, and its connector to the decoder. */
export function visionDefinition(
  { vision: config, deepLayers, text, imageTokenId }: VisionModel,
  widths?: readonly LayerWidths[],
): VisionDefinition {
  const textWidth = text.hiddenSize;
  const { mergeSize, tableSide = 1 } = config;
  const patches = config.side ** 2;
  const imageSize = config.side * config.patchSize;
  const pixelShape = [config.channels, imageSize, imageSize];
  const last: Merger = { config, textWidth, port: "merger", names: mergerNames(`${PREFIX}.merger`) };
  const deep = deepLayers.map(
    (_, place): Merger => ({
      config,
      textWidth,
      port: `merger.${place}`,
      names: mergerNames(`${PREFIX}.deepstack_merger_list.${place}`),
      joinsFirst: true,
    }),
  );
  return {
    ...gridTower({ config, names: NAMES }, widths),
    imageTokenId,
    imageSize,
    largestFrame: { patches, tokens: patches / mergeSize ** 2 },
    patchValues: patchValuesOf(config),
    pixelShape,
    pixelStep: config.patchSize * mergeSize,
    frameOf: (pixels, { shape } = { shape: pixelShape }) =>
      withTable(frameOfPixels(config, pixels, shape), mergeSize, tableSide),
    textWidth,
    entrance: "rows",
    connectorLayers: deepLayers,
    addedBehind: [...deepLayers.keys()],
    embeddingWeights: patchSlots(config, EMBEDDING),
    connectorWeights: [last, ...deep].flatMap(mergerSlots),
    embed: (options) => patchGraph(config, options),
    ...connectorGraphs((builder, batch, precision) => {
      const hidden = mergerInput(builder, "hidden", config, batch);
      const states = deep.map((_, place) => mergerInput(builder, `states.${place}`, config, batch));
      return {
        hidden,
        states,
        features: emitMerger(builder, last, hidden, batch, precision),
        added: deep.map((merger, place) => emitMerger(builder, merger, states[place] ?? hidden, batch, precision)),
      };
    }),
    merge: () => mergeGraph(textWidth),
  };
}
