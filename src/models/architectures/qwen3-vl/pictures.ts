/** Pictures of Qwen3-VL: those of Qwen2-VL with other colours and sizes, and with what the table of positions gives each patch. */
import type { PictureSupport } from "../architecture.ts";
import { pictureSupport } from "../qwen2-vl/pictures.ts";
import { withTable } from "../shared/grid-encoder/table.ts";
import { HALF } from "../shared/pictures/processor-settings.ts";
import type { Qwen3VlConfig } from "./config.ts";

const plain = pictureSupport<Qwen3VlConfig>(
  ({ vision, imageTokenId, videoTokenId }) => ({
    patchSize: vision.patchSize,
    mergeSize: vision.mergeSize,
    temporalPatchSize: vision.times,
    imageTokenId,
    videoTokenId,
  }),
  { mean: HALF, deviation: HALF, minimumPixels: 65_536, maximumPixels: 16_777_216 },
);

export const pictures: PictureSupport<Qwen3VlConfig> = {
  ...plain,
  async openProcessor(config, files, tokenizer) {
    const processor = await plain.openProcessor(config, files, tokenizer);
    if (processor === null) return null;
    const { mergeSize, tableSide = 1 } = config.vision;
    return {
      ...processor,
      async process(picture, options) {
        const processed = await processor.process(picture, options);
        return { ...processed, frames: processed.frames.map((frame) => withTable(frame, mergeSize, tableSide)) };
      },
    };
  },
};
