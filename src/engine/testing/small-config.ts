/** A model's config for checks of a device. Tests only. */
import type { Idefics3Config } from "../../models/architectures/idefics3/config.ts";
import type { LlamaConfig } from "../../models/architectures/llama/config.ts";
import type { DecoderConfig } from "../../models/architectures/shared/decoder/config.ts";

/** A text-only model of the decoder `text`. */
export function textOnly(text: DecoderConfig): LlamaConfig {
  return { architecture: "llama", text, tieWordEmbeddings: text.tieWordEmbeddings };
}

/** Narrower than any model that people open; a frame has more patches than a whole vision layer is checked with. */
export const SMALL_CONFIG: Idefics3Config = {
  architecture: "idefics3",
  imageTokenId: 5,
  scaleFactor: 2,
  tieWordEmbeddings: true,
  text: {
    vocabularySize: 5000,
    hiddenSize: 96,
    intermediateSize: 160,
    layers: 6,
    heads: 6,
    keyValueHeads: 2,
    headSize: 16,
    normEpsilon: 1e-5,
    ropeTheta: 1e5,
    maximumPositions: 512,
    tieWordEmbeddings: true,
  },
  vision: {
    hiddenSize: 72,
    intermediateSize: 112,
    layers: 4,
    heads: 3,
    channels: 3,
    imageSize: 144,
    patchSize: 8,
    normEpsilon: 1e-6,
    activation: "gelu_pytorch_tanh",
  },
};
