/** How the processor writes a picture into a prompt: the template's one token, repeated for each row of features. */
import type { PicturePrompt } from "../../pictures.ts";

const IMAGE = "<|image_pad|>";
const VIDEO = "<|video_pad|>";

/** Tokens of pictures and videos in config.json. */
export interface VisionTokens {
  readonly imageTokenId: number;
  readonly videoTokenId: number;
}

export function picturePrompt({ imageTokenId, videoTokenId }: VisionTokens): PicturePrompt {
  return {
    placeholder: IMAGE,
    token: IMAGE,
    tokenId: imageTokenId,
    addedTokens: [],
    refusedTokens: [{ token: VIDEO, tokenId: videoTokenId, what: "videos" }],
    write: ({ frames }) => IMAGE.repeat(frames.reduce((sum, { tokens }) => sum + tokens, 0)),
  };
}
