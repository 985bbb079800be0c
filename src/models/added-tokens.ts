/**
 * Added tokens that tokenizer.json does not list. Such a token is in the vocabulary, but a text that holds it is cut like
 * any other text, so that a picture's tokens come to nothing. transformers adds what tokenizer_config.json lists in
 * "added_tokens_decoder", and a model's processor adds its own; both are done here.
 */
import * as v from "valibot";
import { readJsonText } from "../core/json/read.ts";
import { flag, mapOf, object, text } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import type { AddedToken } from "./tokenizer-check.ts";

type WantedToken = Pick<AddedToken, "content" | "special">;

const configSchema = object({
  added_tokens_decoder: v.nullish(mapOf(object({ content: text, special: v.nullish(flag, false) }))),
});

/**
 * Added tokens of the text of tokenizer_config.json; none where it is null.
 *
 * @throws PivotscopeError `bad-checkpoint` that names the field which is of the wrong type.
 */
export function tokensOfConfig(tokenizerConfig: string | null): readonly WantedToken[] {
  if (tokenizerConfig === null) return [];
  const source = checkpointFile("tokenizer_config.json");
  return [...(readJsonText(configSchema, tokenizerConfig, source).added_tokens_decoder?.values() ?? [])];
}

/**
 * The parsed tokenizer.json with the `wanted` tokens of its vocabulary among its added ones, and all of these.
 *
 * @param tokenizerJson text that has passed `checkTokenizer`. @param listed what that gave.
 */
export function withAddedTokens(
  tokenizerJson: string,
  listed: readonly AddedToken[],
  wanted: readonly WantedToken[],
): { readonly json: object; readonly added: readonly AddedToken[] } {
  const json = JSON.parse(tokenizerJson) as {
    readonly model: { readonly vocab: Readonly<Record<string, number>> };
    readonly added_tokens?: readonly object[] | null;
  };
  const known = new Set(listed.map(({ content }) => content));
  const added = wanted.flatMap(({ content, special }) => {
    const id = Object.hasOwn(json.model.vocab, content) ? json.model.vocab[content] : undefined;
    if (id === undefined || known.has(content)) return [];
    known.add(content);
    return [{ id, content, special }];
  });
  if (added.length === 0) return { json, added: listed };
  const exact = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const entries = added.map((token) => ({ ...token, ...exact }));
  return {
    json: { ...json, added_tokens: [...(json.added_tokens ?? []), ...entries] },
    added: [...listed, ...added],
  };
}
