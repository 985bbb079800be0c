/**
 * Qwen3-VL: a vision tower that takes pictures of any size and gives image tokens of its last layer and of some inside it, and
 * a decoder that normalises its heads and whose positions count time, rows and columns in turns.
 */
import type { Architecture } from "../architecture.ts";
import { untied } from "../shared/decoder/config.ts";
import { decoderDefinition } from "../shared/decoder/decoder.ts";
import { narrowedTowers } from "../shared/narrowed-towers.ts";
import { picturePositions } from "../shared/picture-positions.ts";
import { parseQwen3Vl, type Qwen3VlConfig, smallerQwen3Vl } from "./config.ts";
import { pictures } from "./pictures.ts";
import { visionDefinition } from "./vision.ts";

export const qwen3Vl: Architecture<Qwen3VlConfig> = {
  name: "qwen3-vl",
  title: "Qwen3-VL",
  modelTypes: ["qwen3_vl"],
  classNames: ["Qwen3VLForConditionalGeneration"],
  parseConfig: parseQwen3Vl,
  define: (config, options) => {
    const { text, vision, imageTokenId } = config;
    return {
      architecture: "qwen3-vl",
      text: decoderDefinition(
        text,
        { prefix: "model.language_model", head: "lm_head.weight" },
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
  smaller: smallerQwen3Vl,
  pictures,
};
