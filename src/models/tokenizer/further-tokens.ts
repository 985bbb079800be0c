/**
 * Added tokens that tokenizer.json does not list. Such a token is in the vocabulary, but a text that holds it is cut like
 * any other text, so that a picture's tokens come to nothing. transformers adds what tokenizer_config.json lists in
 * "added_tokens_decoder", and a model's processor adds its own; both are done here.
 */
import * as v from "valibot";
import { readJsonText } from "../../core/json/read.ts";
import { flag, mapOf, object, text } from "../../core/json/schemas.ts";
import { checkpointFile } from "../checkpoint-file.ts";
import type { TokenizerDefinition } from "../tokenizer-check.ts";
import type { AddedToken } from "./added-tokens.ts";

type FurtherToken = Omit<AddedToken, "id">;

const no = v.nullish(flag, false);
const tokenSchema = object({
  content: text,
  special: no,
  single_word: no,
  lstrip: no,
  rstrip: no,
  normalized: v.nullish(flag),
});
const configSchema = object({ added_tokens_decoder: v.nullish(mapOf(tokenSchema)) });

/**
 * Added tokens of the text of tokenizer_config.json; none where it is null.
 *
 * @throws PivotscopeError `bad-checkpoint` that names the field which is of the wrong type.
 */
export function tokensOfConfig(tokenizerConfig: string | null): readonly FurtherToken[] {
  if (tokenizerConfig === null) return [];
  const source = checkpointFile("tokenizer_config.json");
  const tokens = readJsonText(configSchema, tokenizerConfig, source).added_tokens_decoder?.values() ?? [];
  return Array.from(tokens, ({ normalized, ...token }) => ({ ...token, normalized: normalized ?? !token.special }));
}

/** A special token as a processor adds it, which is found as it stands. */
export function specialToken(content: string): FurtherToken {
  return { content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
}

/** `definition` with those of the `further` tokens among its added ones that its vocabulary has and it does not list. */
export function withAddedTokens(
  definition: TokenizerDefinition,
  further: readonly FurtherToken[],
): TokenizerDefinition {
  const { added_tokens: listed } = definition;
  const vocabulary = definition.model.vocab;
  const known = new Set(listed.map(({ content }) => content));
  const added = further.flatMap((token): AddedToken[] => {
    const id = Object.hasOwn(vocabulary, token.content) ? vocabulary[token.content] : undefined;
    if (typeof id !== "number" || known.has(token.content)) return [];
    known.add(token.content);
    return [{ ...token, id }];
  });
  return added.length === 0 ? definition : { ...definition, added_tokens: [...listed, ...added] };
}
