/**
 * What tokenizer.json must be. The library that merges tokens trusts the file: a text that is an object with a "length", or an
 * id of four billion, keeps it busy until memory is gone.
 */
import * as v from "valibot";
import { parseJson, readJson } from "../core/json/read.ts";
import { anyObject, anything, firstWrong, flag, integer, list, object, oneOf, text } from "../core/json/schemas.ts";
import type { AddedToken } from "./tokenizer/added-tokens.ts";
import { TOKENIZER_FILE } from "./tokenizer/steps.ts";
import { BYTE_TOKENS, createTokenBytes } from "./tokenizer/token-bytes.ts";

/** Ids below this are read; the largest vocabularies have some hundred thousand. */
export const LARGEST_VOCABULARY = 16_777_216;

const id = integer(0, LARGEST_VOCABULARY - 1);
const isId = (found: unknown) =>
  Number.isInteger(found) && (found as number) >= 0 && (found as number) < LARGEST_VOCABULARY;

/** Ids by token, looked at without a schema for each: a vocabulary has some hundred thousand. */
const vocabulary = firstWrong(anyObject, id, (found) => Object.entries(found).find(([, value]) => !isId(value)));

const PAIRS = 'a list of pairs, all as "a b" or all as ["a", "b"],';

/** Pairs as "a b" or as ["a", "b"], all of one kind. */
const merges = firstWrong(v.custom<readonly unknown[]>(Array.isArray, PAIRS), v.never(PAIRS), (found) => {
  const pairs = Array.isArray(found[0]);
  const good = (merge: unknown) =>
    pairs
      ? Array.isArray(merge) && merge.length === 2 && typeof merge[0] === "string" && typeof merge[1] === "string"
      : typeof merge === "string";
  const bad = found.findIndex((merge) => !good(merge));
  return bad < 0 ? undefined : [bad, found[bad]];
});

const optionalFlag = v.nullish(flag, false);
const optionalText = v.nullish(text);

/** Without a prefix: of another one than the empty one no merge would be found. */
const noPrefix = v.nullish(oneOf([""], "none"));

const modelSchema = object({
  type: v.nullish(oneOf(["BPE"]), "BPE"),
  vocab: vocabulary,
  merges,
  unk_token: optionalText,
  end_of_word_suffix: optionalText,
  continuing_subword_prefix: noPrefix,
  byte_fallback: optionalFlag,
  ignore_merges: optionalFlag,
});

const addedSchema = v.pipe(
  object({
    id,
    content: text,
    special: optionalFlag,
    single_word: optionalFlag,
    lstrip: optionalFlag,
    rstrip: optionalFlag,
    normalized: v.nullish(flag),
  }),
  v.transform(({ normalized, ...token }): AddedToken => ({ ...token, normalized: normalized ?? !token.special })),
);

const tokenizerSchema = object({
  decoder: anything,
  model: modelSchema,
  added_tokens: v.nullish(list(addedSchema), []),
  normalizer: anything,
  pre_tokenizer: anything,
});

/** A tokenizer.json that may be used. Its steps are read by those who take them. */
export type TokenizerDefinition = v.InferOutput<typeof tokenizerSchema>;

/**
 * Reads the text of tokenizer.json.
 *
 * @throws PivotscopeError `bad-checkpoint` naming the field that is of the wrong type; `unsupported` for a model other
 *   than BPE or a decoder that we do not have.
 */
export function checkTokenizer(json: string): TokenizerDefinition {
  const definition = readJson(tokenizerSchema, parseJson(json, TOKENIZER_FILE), TOKENIZER_FILE);
  const { byteLevel } = createTokenBytes(definition.decoder);
  const { byte_fallback: fallback, vocab } = definition.model;
  if (byteLevel) return definition;
  // Otherwise a character without a token of its own would be lost without a word.
  if (!fallback)
    throw TOKENIZER_FILE.wrong("model.byte_fallback", fallback, 'true beside a decoder that is not "ByteLevel"');
  const missing = BYTE_TOKENS.find((token) => !Object.hasOwn(vocab, token));
  if (missing === undefined) return definition;
  throw TOKENIZER_FILE.wrong(`model.vocab.${missing}`, undefined, "a token for every byte");
}
