/** Conversations and texts with the ids that other people's code gives them. */
import { expect, it } from "vitest";
import type { ChatMessage, ChatTemplate } from "../chat-template.ts";
import type { PicturePrompt } from "../pictures.ts";
import { writePictures } from "../prompt.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { wholePicture } from "./whole-picture.ts";

export interface GoldenTokens {
  readonly cases: readonly {
    readonly name: string;
    readonly messages: readonly ChatMessage[];
    /** Tokens of each picture, where they differ. */
    readonly image_tokens?: readonly number[];
    readonly rendered: string;
    readonly length: number;
    readonly ids_rle: readonly (readonly [id: number, count: number])[];
  }[];
  readonly texts: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

export interface GoldenParts {
  readonly tokenizer: Tokenizer;
  /** Null where the model's own template cannot be had: its text is taken from the reference then. */
  readonly template: ChatTemplate | null;
  readonly image: PicturePrompt;
  /** Tokens of each picture where the reference does not say. */
  readonly tokensPerPicture: number;
}

/** One test for each conversation and one for all texts. */
export function testGoldenTokens(golden: GoldenTokens, parts: GoldenParts): void {
  const { tokenizer, template, image } = parts;

  it.each(golden.cases)("$name", ({ messages, image_tokens: given, rendered, length, ids_rle: runs }) => {
    if (template !== null) expect(template.render(messages)).toBe(rendered);
    const count = rendered.split(image.placeholder).length - 1;
    const tokens = given ?? Array<number>(count).fill(parts.tokensPerPicture);
    const ids = tokenizer.encode(writePictures(rendered, tokens.map(wholePicture), image, tokenizer));
    expect(ids).toEqual(runs.flatMap(([id, times]) => Array<number>(times).fill(id)));
    expect(ids).toHaveLength(length);
  });

  it("texts, there and back", () => {
    for (const { text, ids } of golden.texts) {
      expect(tokenizer.encode(text), text).toEqual(ids);
      // Some tokenizers compose characters first.
      expect([text, text.normalize("NFC")]).toContain(tokenizer.decode(ids));
    }
  });
}
