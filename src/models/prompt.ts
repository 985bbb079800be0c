/** A question and its picture as the token ids that the model reads. */
import { PivotscopeError } from "../core/errors.ts";
import { plural } from "../core/words.ts";
import type { ChatTemplate } from "./chat-template.ts";
import type { PictureLayout, PicturePrompt } from "./pictures.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface PromptRequest {
  readonly question: string;
  /** Null for a question without picture. */
  readonly picture: PictureLayout | null;
}

export interface Prompt {
  /** With every image token written out. */
  readonly text: string;
  readonly ids: readonly number[];
  /** Positions of the image tokens in `ids`, rising: frames in order, each row by row. */
  readonly imagePositions: readonly number[];
}

export interface PromptBuilder {
  /**
   * @throws PivotscopeError `bad-input` when the question is empty, holds a control token or does not fit the model;
   *   `unsupported` when the model takes no pictures or knows no token for the grid; `bad-checkpoint` when template
   *   or tokenizer do not fit the model.
   */
  buildPrompt(request: PromptRequest): Prompt;
}

export interface PromptOptions {
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly maximumPositions: number;
  /** Rows of the model's embedding: ids must lie below. */
  readonly vocabularySize: number;
  /** Null for a model without vision tower. */
  readonly image: PicturePrompt | null;
}

/** @throws PivotscopeError `bad-checkpoint` when the tokenizer's image token is not the one in config.json. */
export function createPromptBuilder(options: PromptOptions): PromptBuilder {
  const { tokenizer, template, image } = options;
  if (image !== null) checkImageToken(tokenizer, image);

  return {
    buildPrompt({ question, picture }) {
      checkQuestion(question, tokenizer);
      if (picture !== null && image === null) {
        throw new PivotscopeError("unsupported", "This model takes no pictures.", "Remove the picture.");
      }
      const rendered = template.render([
        { role: "user", content: contentOf(question, picture !== null, image !== null) },
      ]);
      const text = picture === null || image === null ? rendered : writePictures(rendered, [picture], image, tokenizer);
      checkRendered(text, question);
      const ids = tokenizer.encode(text);
      checkVocabulary(ids, options.vocabularySize);
      if (image !== null) refuseTokens(ids, image);
      if (image !== null) checkPictureTokens(text, ids, picture === null ? "" : image.write(picture), image, tokenizer);
      // One position must be left for the first token of the reply.
      if (ids.length >= options.maximumPositions) {
        throw new PivotscopeError(
          "bad-input",
          `The prompt takes ${ids.length} tokens; the model has ${options.maximumPositions} positions for prompt and reply.`,
          adviceFor(picture),
        );
      }
      return { text, ids, imagePositions: positionsOf(ids, image?.tokenId ?? null) };
    },
  };
}

/** What makes a prompt shorter. */
function adviceFor(picture: PictureLayout | null): string {
  if (picture === null) return "Shorten the question.";
  if (picture.grid.rows > 0) return "Shorten the question, or do not split the picture.";
  const tokens = picture.frames.reduce((sum, frame) => sum + frame.tokens, 0);
  return `Shorten the question; the picture takes ${plural(tokens, "token")} of them.`;
}

/** Templates of text-only models want the question as a string, those of vision-language models as parts. */
function contentOf(question: string, picture: boolean, parts: boolean) {
  const text = { type: "text", text: question } as const;
  if (!parts) return question;
  return picture ? [{ type: "image" } as const, text] : [text];
}

function checkImageToken(tokenizer: Tokenizer, { token, tokenId: expected }: PicturePrompt): void {
  const found = tokenizer.tokenId(token);
  if (found === expected) return;
  throw new PivotscopeError(
    "bad-checkpoint",
    `tokenizer.json gives "${token}" ${found === null ? "no id" : `the id ${found}`}; config.json says ${expected}.`,
    "Check that tokenizer.json and config.json belong to the same model.",
  );
}

/**
 * Every token of a picture, and no other token of pictures, must have come out of the text as itself: a tokenizer that cuts
 * one into pieces would drop the picture without a word.
 */
function checkPictureTokens(
  text: string,
  ids: readonly number[],
  written: string,
  { token: ofPicture }: PicturePrompt,
  tokenizer: Tokenizer,
): void {
  for (const token of new Set([ofPicture, ...(written.match(/<[^>]+>/g) ?? [])])) {
    const id = tokenizer.tokenId(token);
    const wanted = text.split(token).length - 1;
    const found = ids.filter((other) => other === id).length;
    if (found === wanted) continue;
    throw new PivotscopeError(
      "bad-checkpoint",
      `tokenizer.json makes ${plural(found, "token")} of ${plural(wanted, "time")} "${token}" in the prompt, so that the picture would be lost.`,
      `List "${token}" among "added_tokens" in tokenizer.json, as the model's own tokenizer does.`,
    );
  }
}

/** @throws PivotscopeError `unsupported` for a prompt with a token that stands for what is not taken here. */
export function refuseTokens(ids: readonly number[], { refusedTokens = [] }: PicturePrompt): void {
  for (const { token, tokenId, what } of refusedTokens) {
    if (!ids.includes(tokenId)) continue;
    throw new PivotscopeError(
      "unsupported",
      `The prompt holds "${token}", which stands for ${what}; pictures and text are supported.`,
      `Take the ${what} out; give single pictures instead.`,
    );
  }
}

function checkVocabulary(ids: readonly number[], vocabularySize: number): void {
  const beyond = ids.find((id) => id >= vocabularySize);
  if (beyond === undefined) return;
  throw new PivotscopeError(
    "bad-checkpoint",
    `tokenizer.json gives the id ${beyond}; the model's vocabulary has ${plural(vocabularySize, "entry", "entries")}.`,
    "Check that tokenizer.json and config.json belong to the same model.",
  );
}

function checkQuestion(question: string, tokenizer: Tokenizer): void {
  if (question.trim() === "") throw new PivotscopeError("bad-input", "The question is empty.", "Write a question.");
  for (const token of tokenizer.specialTokens.keys()) {
    if (token === "" || !question.includes(token)) continue;
    throw new PivotscopeError(
      "bad-input",
      `The question contains "${token}", which the model reads as a control token.`,
      `Remove "${token}" from the question.`,
    );
  }
}

/** Templates for messages of another form may leave out what they do not know, without a word. */
function checkRendered(rendered: string, question: string): void {
  if (rendered.includes(question.trim())) return;
  throw new PivotscopeError(
    "bad-checkpoint",
    "The chat template left the question out of the prompt.",
    "Use the chat template that belongs to the model.",
  );
}

/**
 * Replaces the placeholders of a rendered template, one a picture, by the tokens of its frames.
 *
 * @throws PivotscopeError `bad-checkpoint` where there are more or fewer; `unsupported` when the tokenizer knows no token for
 *   a picture's crops.
 */
export function writePictures(
  rendered: string,
  pictures: readonly PictureLayout[],
  { placeholder, write }: Pick<PicturePrompt, "placeholder" | "write">,
  tokenizer: Pick<Tokenizer, "tokenId">,
): string {
  const parts = rendered.split(placeholder);
  if (parts.length !== pictures.length + 1) {
    const wanted = pictures.length === 1 ? "one picture" : plural(pictures.length, "picture");
    throw new PivotscopeError(
      "bad-checkpoint",
      `The chat template wrote "${placeholder}" ${plural(parts.length - 1, "time")} for ${wanted}.`,
      "Use the chat template that belongs to the model.",
    );
  }
  const written = pictures.map((picture) => {
    const expansion = write(picture);
    for (const token of new Set(expansion.match(/<[^>]+>/g))) {
      if (tokenizer.tokenId(token) === null) throw unknownPlace(token, picture);
    }
    return expansion;
  });
  return parts.map((part, index) => part + (written[index] ?? "")).join("");
}

function unknownPlace(token: string, { grid }: PictureLayout): PivotscopeError {
  return new PivotscopeError(
    "unsupported",
    `The tokenizer has no token "${token}" for a picture of ${grid.rows} × ${grid.columns} crops.`,
    "Do not split the picture.",
  );
}

function positionsOf(ids: readonly number[], tokenId: number | null): number[] {
  const positions: number[] = [];
  ids.forEach((id, position) => {
    if (id === tokenId) positions.push(position);
  });
  return positions;
}
