/** How Idefics3's processor writes a picture into a prompt. */
import type { PictureLayout, PicturePrompt } from "../../pictures.ts";

const IMAGE = "<image>";
const AROUND_IMAGE = "<fake_token_around_image>";
const GLOBAL_IMAGE = "<global-img>";

/** What the processor makes special tokens, whatever tokenizer.json says (transformers, `processing_idefics3.py`). */
const ADDED = [AROUND_IMAGE, IMAGE, "<end_of_utterance>"];

/** Announces a crop by its place, both counted from 1. */
export function cropToken(row: number, column: number): string {
  return `<row_${row}_col_${column}>`;
}

/** The text of one picture: each crop announced by its place, a line break after each row, and the whole picture last. */
export function imageText({ grid, frames }: PictureLayout): string {
  const frame = (index: number) => IMAGE.repeat(frames[index]?.tokens ?? 0);
  const whole = `${AROUND_IMAGE}${GLOBAL_IMAGE}${frame(frames.length - 1)}${AROUND_IMAGE}`;
  if (grid.rows === 0 || grid.columns === 0) return whole;
  let crops = "";
  for (let row = 1; row <= grid.rows; row++) {
    for (let column = 1; column <= grid.columns; column++) {
      const index = (row - 1) * grid.columns + column - 1;
      crops += `${AROUND_IMAGE}${cropToken(row, column)}${frame(index)}`;
    }
    crops += "\n";
  }
  return `${crops}\n${whole}`;
}

/** @param tokenId of one row of features. */
export function picturePrompt(tokenId: number): PicturePrompt {
  return {
    placeholder: IMAGE,
    token: IMAGE,
    tokenId,
    addedTokens: ADDED,
    write: imageText,
  };
}
