/** How Gemma 3's processor writes a picture into a prompt. */
import type { PicturePrompt } from "../../pictures.ts";

const START = "<start_of_image>";
const SOFT = "<image_soft_token>";
const END = "<end_of_image>";

/**
 * Line breaks around a picture merge with those beside them to single tokens, so they are part of what stands for the
 * template's one token.
 *
 * @param tokenId of one row of features.
 */
export function picturePrompt(tokenId: number): PicturePrompt {
  return {
    placeholder: START,
    token: SOFT,
    tokenId,
    addedTokens: [],
    write: ({ frames }) => frames.map(({ tokens }) => `\n\n${START}${SOFT.repeat(tokens)}${END}\n\n`).join(""),
  };
}
