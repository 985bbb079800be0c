/** Gemma 3: a SigLIP tower whose patches are averaged, and a decoder whose layers mostly look back a window only. */
import type { Architecture } from "../architecture.ts";
import { smallerDecoder, untied } from "../shared/decoder/config.ts";
import { smallerVision } from "../shared/encoder/config.ts";
import { narrowedTowers } from "../shared/narrowed-towers.ts";
import { type Gemma3Config, parseGemma3 } from "./config.ts";
import { otherNames } from "./names.ts";
import { pictureSupport } from "./pictures.ts";
import { textDefinition } from "./text.ts";
import { visionDefinition } from "./vision.ts";

export const gemma3: Architecture<Gemma3Config> = {
  name: "gemma3",
  title: "Gemma 3",
  modelTypes: ["gemma3"],
  classNames: ["Gemma3ForConditionalGeneration"],
  otherNames,
  parseConfig: parseGemma3,
  define: (config, options) => ({
    architecture: "gemma3",
    text: textDefinition(
      config.text,
      config.imageTokenId,
      { prefix: "language_model.model", head: "language_model.lm_head.weight" },
      { ...options, widths: options?.widths?.text },
    ),
    vision: visionDefinition(config, options?.widths?.vision),
  }),
  withOwnHead: (config) => ({ ...config, ...untied(config) }),
  narrowed: narrowedTowers,
  smaller: (config, bounds) => {
    const vision = smallerVision(config.vision, bounds);
    return { ...config, text: smallerDecoder(config.text, bounds), vision, tokensPerSide: tokensFor(config, vision) };
  },
  pictures: pictureSupport(({ vision, tokensPerSide, imageTokenId }) => ({
    imageSize: vision.imageSize,
    patchSize: vision.patchSize,
    tokensPerPicture: tokensPerSide ** 2,
    imageTokenId,
  })),
};

/** As many patches to a token as before, or one where the smaller picture's do not fold so. */
function tokensFor({ vision: dense, tokensPerSide }: Gemma3Config, vision: Gemma3Config["vision"]): number {
  const square = dense.imageSize / dense.patchSize / tokensPerSide;
  const side = vision.imageSize / vision.patchSize;
  return side % square === 0 ? side / square : side;
}
