/** How Llama 3.2 Vision's processor writes a picture into a prompt: one token, from which on text may look at it. */
import type { PicturePrompt } from "../../pictures.ts";

const IMAGE = "<|image|>";

/** @param tokenId of a picture; it has a row of the embedding and none of the head. */
export function picturePrompt(tokenId: number): PicturePrompt {
  return {
    placeholder: IMAGE,
    token: IMAGE,
    tokenId,
    addedTokens: [],
    write: ({ frames }) => IMAGE.repeat(frames.length),
  };
}
