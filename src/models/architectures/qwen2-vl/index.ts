/**
 * Qwen2-VL and Qwen2.5-VL: a vision tower that takes pictures of any size, a merger, and a decoder whose queries, keys and
 * values have biases and whose positions count time, rows and columns.
 */
import type { Architecture } from "../architecture.ts";
import { smallerDecoder, untied } from "../shared/decoder/config.ts";
import { decoderDefinition } from "../shared/decoder/decoder.ts";
import { smallerGridEncoder } from "../shared/grid-encoder/config.ts";
import { narrowedTowers } from "../shared/narrowed-towers.ts";
import { picturePositions } from "../shared/picture-positions.ts";
import { parseQwen2Vl, type Qwen2VlConfig } from "./config.ts";
import { pictureSupport } from "./pictures.ts";
import { visionDefinition } from "./vision.ts";

export const qwen2Vl: Architecture<Qwen2VlConfig> = {
  name: "qwen2-vl",
  title: "Qwen2-VL and Qwen2.5-VL",
  modelTypes: ["qwen2_vl", "qwen2_5_vl"],
  classNames: ["Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration"],
  otherNames: (tensor) => [
    tensor.startsWith("visual.") ? `model.${tensor}` : tensor.replace(/^model\./, "model.language_model."),
  ],
  parseConfig: parseQwen2Vl,
  define: (config, options) => {
    const { text, vision, imageTokenId } = config;
    return {
      architecture: "qwen2-vl",
      text: decoderDefinition(
        text,
        { prefix: "model", head: "lm_head.weight" },
        {
          ...options,
          widths: options?.widths?.text,
          positions: (plan) => picturePositions(plan, imageTokenId, vision.mergeSize),
        },
      ),
      vision: visionDefinition(config, options?.widths?.vision),
    };
  },
  withOwnHead: (config) => ({ ...config, ...untied(config) }),
  narrowed: narrowedTowers,
  smaller: (config, bounds) => ({
    ...config,
    text: smallerDecoder(config.text, bounds),
    vision: smallerGridEncoder(config.vision, bounds),
  }),
  pictures: pictureSupport(({ vision, imageTokenId, videoTokenId }) => ({
    patchSize: vision.patchSize,
    mergeSize: vision.mergeSize,
    temporalPatchSize: vision.times,
    imageTokenId,
    videoTokenId,
  })),
};
