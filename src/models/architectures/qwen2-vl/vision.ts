/** The vision tower of Qwen2-VL and Qwen2.5-VL, which takes pictures of any size, and the merger behind it. */
import type { LayerWidths, VisionDefinition } from "../definition.ts";
import { connectorGraphs } from "../shared/connector-graphs.ts";
import { mergeGraph } from "../shared/feature-rows.ts";
import { frameOfPixels } from "../shared/grid-encoder/grid.ts";
import type { GridEncoderNames } from "../shared/grid-encoder/layer-spec.ts";
import { emitMerger, type Merger, mergerInput, mergerSlots } from "../shared/grid-encoder/merger.ts";
import { gridTower, patchGraph, patchSlots, patchValuesOf } from "../shared/grid-encoder/tower.ts";
import type { Qwen2VlConfig } from "./config.ts";

const PREFIX = "visual";

const NAMES: GridEncoderNames = {
  prefix: PREFIX,
  mlp: { fc1: "mlp.fc1", fc2: "mlp.fc2", gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj" },
};

const MERGER = {
  norm: `${PREFIX}.merger.ln_q`,
  first: `${PREFIX}.merger.mlp.0`,
  second: `${PREFIX}.merger.mlp.2`,
};

/** What of a config the tower and its connector depend on. */
export type VisionModel = Pick<Qwen2VlConfig, "vision" | "imageTokenId"> & {
  readonly text: Pick<Qwen2VlConfig["text"], "hiddenSize">;
};

/** The vision tower of a model, and its connector to the decoder. */
export function visionDefinition(
  { vision: config, text, imageTokenId }: VisionModel,
  widths?: readonly LayerWidths[],
): VisionDefinition {
  const textWidth = text.hiddenSize;
  const merger: Merger = { config, textWidth, port: "merger", names: MERGER };
  const patches = config.side ** 2;
  const imageSize = config.side * config.patchSize;
  const pixelShape = [config.channels, imageSize, imageSize];
  return {
    ...gridTower({ config, names: NAMES }, widths),
    imageTokenId,
    imageSize,
    largestFrame: { patches, tokens: patches / config.mergeSize ** 2 },
    patchValues: patchValuesOf(config),
    pixelShape,
    pixelStep: config.patchSize * config.mergeSize,
    frameOf: (pixels, { shape } = { shape: pixelShape }) => frameOfPixels(config, pixels, shape),
    textWidth,
    entrance: "rows",
    connectorLayers: [],
    addedBehind: [],
    embeddingWeights: patchSlots(config, { patch: `${PREFIX}.patch_embed.proj` }),
    connectorWeights: mergerSlots(merger),
    embed: (options) => patchGraph(config, options),
    ...connectorGraphs((builder, batch, precision) => {
      const hidden = mergerInput(builder, "hidden", config, batch);
      return { hidden, features: emitMerger(builder, merger, hidden, batch, precision) };
    }),
    merge: () => mergeGraph(textWidth),
  };
}
