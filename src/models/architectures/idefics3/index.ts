/** Idefics3 (SmolVLM): a SigLIP-style vision tower, a pixel-shuffle connector and a Llama decoder. */
import type { Architecture } from "../architecture.ts";
import { smallerDecoder, untied } from "../shared/decoder/config.ts";
import { decoderDefinition } from "../shared/decoder/decoder.ts";
import { smallerVision } from "../shared/encoder/config.ts";
import { narrowedTowers } from "../shared/narrowed-towers.ts";
import { type Idefics3Config, parseIdefics3 } from "./config.ts";
import { pictures } from "./pictures.ts";
import { visionDefinition } from "./vision.ts";

export const idefics3: Architecture<Idefics3Config> = {
  name: "idefics3",
  title: "SmolVLM",
  modelTypes: ["idefics3", "smolvlm"],
  classNames: ["Idefics3ForConditionalGeneration", "SmolVLMForConditionalGeneration"],
  parseConfig: parseIdefics3,
  define: (config, options) => ({
    architecture: "idefics3",
    text: decoderDefinition(
      config.text,
      { prefix: "model.text_model", head: "lm_head.weight" },
      { ...options, widths: options?.widths?.text },
    ),
    vision: visionDefinition(config, options?.widths?.vision),
  }),
  withOwnHead: (config) => ({ ...config, ...untied(config) }),
  narrowed: narrowedTowers,
  smaller: (config, bounds) => ({
    ...config,
    text: smallerDecoder(config.text, bounds),
    vision: smallerVision(config.vision, bounds),
    // Patches of a smaller picture need not fold.
    scaleFactor: 1,
  }),
  pictures,
};
