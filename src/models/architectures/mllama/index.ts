/** Llama 3.2 Vision: a tower that reads tiles of a picture, and a decoder some layers of which look at what it gives. */
import type { Architecture, Bounds } from "../architecture.ts";
import { smallerDecoder, untied } from "../shared/decoder/config.ts";
import { smallerVision } from "../shared/encoder/config.ts";
import { narrowedTowers } from "../shared/narrowed-towers.ts";
import { type MllamaConfig, parseMllama, type TiledVisionConfig } from "./config.ts";
import { otherNames } from "./names.ts";
import { pictureSupport } from "./pictures.ts";
import { textDefinition } from "./text.ts";
import { visionDefinition } from "./vision.ts";

export const mllama: Architecture<MllamaConfig> = {
  name: "mllama",
  title: "Llama 3.2 Vision",
  modelTypes: ["mllama"],
  classNames: ["MllamaForConditionalGeneration"],
  otherNames,
  parseConfig: parseMllama,
  define: (config, options) => ({
    architecture: "mllama",
    text: textDefinition(config, { ...options, widths: options?.widths?.text }),
    vision: visionDefinition(config, options?.widths?.vision),
  }),
  withOwnHead: (config) => ({ ...config, ...untied(config) }),
  narrowed: narrowedTowers,
  smaller: (config, bounds) => {
    const text = smallerDecoder(config.text, bounds);
    return {
      ...config,
      text,
      crossLayers: crossLayersIn(config, text.layers),
      vision: smallerTower(config.vision, bounds),
    };
  },
  pictures: pictureSupport(({ vision, imageTokenId }) => ({ ...vision, tileSize: vision.imageSize, imageTokenId })),
};

/** Those below `layers`; the last layer is one where all of them lie behind. */
function crossLayersIn({ crossLayers }: MllamaConfig, layers: number): readonly number[] {
  const kept = crossLayers.filter((layer) => layer < layers);
  return kept.length > 0 || layers < 2 || crossLayers.length === 0 ? kept : [layers - 1];
}

/** Layers of both encoders, as far as there is room, and features of layers that are left. */
function smallerTower(dense: TiledVisionConfig, bounds: Bounds): TiledVisionConfig {
  const small = smallerVision(dense, bounds);
  const globalLayers = Math.min(dense.globalLayers, Math.max(1, Math.floor(small.layers / 2)));
  const layers = Math.max(small.layers, globalLayers + 1);
  const first = layers - globalLayers;
  const featureLayers = [...new Set(dense.featureLayers.map((layer) => Math.min(layer, first - 1)))];
  return { ...dense, ...small, layers, globalLayers, featureLayers };
}
