/** The tokenizer as `tokenizer.ggml.*`: tokens by id with their types, merges, special ids, and the chat template. */
import * as v from "valibot";
import { PivotscopeError } from "../../../core/errors.ts";
import { readJsonText } from "../../../core/json/read.ts";
import { anyObject, anything, flag, object, text } from "../../../core/json/schemas.ts";
import { showValue } from "../../../core/json/show.ts";
import { checkpointFile } from "../../checkpoint-file.ts";
import type { AddedToken } from "../../tokenizer/added-tokens.ts";
import { specialToken, tokensOfConfig, withAddedTokens } from "../../tokenizer/further-tokens.ts";
import { checkTokenizer, type TokenizerDefinition } from "../../tokenizer-check.ts";
import { preTokenizerName } from "./pre-tokenizers.ts";
import { bool, type GgufEntry, int32s, string, strings, uint32 } from "./values.ts";

export interface TokenizerFiles {
  /** Text of tokenizer.json; null where a checkpoint takes ids only. */
  readonly tokenizer: string | null;
  /** Text of tokenizer_config.json, null where there is none. */
  readonly tokenizerConfig: string | null;
  /** Text of the chat template, null where there is none. */
  readonly chatTemplate: string | null;
}

export interface TokenizerNeeds {
  /** Rows of the embedding: ids without a token are named, so that each row has one. */
  readonly vocabularySize: number;
  /** Ids that end a reply, the first first. */
  readonly stopIds: readonly number[];
  /** Tokens that are special ones besides those that the files name, as for `createTokenizer`. */
  readonly alsoAdded: readonly string[];
}

/** llama.cpp's kinds of tokens. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

/** Keys of ids that end a reply; llama.cpp stops at each. */
const END_KEYS = ["eos", "eot", "eom"];

/** Written as text or as an object with "content". */
const tokenText = v.nullish(
  v.union(
    [
      text,
      v.pipe(
        object({ content: text }),
        v.transform(({ content }) => content),
      ),
    ],
    "a string",
  ),
  null,
);
const configSchema = object({
  bos_token: tokenText,
  pad_token: tokenText,
  unk_token: tokenText,
  add_bos_token: v.nullish(flag, null),
});
const CONFIG = checkpointFile("tokenizer_config.json");

/**
 * @throws PivotscopeError `unsupported` for a tokenizer that llama.cpp would follow in another way; `bad-checkpoint` for
 *   damaged files.
 */
export function tokenizerEntries(files: TokenizerFiles, needs: TokenizerNeeds): GgufEntry[] {
  if (files.tokenizer === null) return [["tokenizer.ggml.model", string("no_vocab")]];
  const further = [...tokensOfConfig(files.tokenizerConfig), ...needs.alsoAdded.map(specialToken)];
  const definition = withAddedTokens(checkTokenizer(files.tokenizer), further);
  refuseOtherSteps(definition);
  const { texts, types } = tokensById(definition, needs.vocabularySize);
  const config = readJsonText(configSchema, files.tokenizerConfig ?? "{}", CONFIG);
  const idOf = (token: string | null) => (token === null ? -1 : texts.indexOf(token));
  const id = (key: string, found: number): GgufEntry[] =>
    found < 0 ? [] : [[`tokenizer.ggml.${key}_token_id`, uint32(found)]];
  const ends = needs.stopIds.slice(0, END_KEYS.length);
  const begin = idOf(config.bos_token);
  return [
    ["tokenizer.ggml.model", string("gpt2")],
    ["tokenizer.ggml.pre", string(preTokenizerName(definition))],
    ["tokenizer.ggml.tokens", strings(texts)],
    ["tokenizer.ggml.token_type", int32s(types)],
    ["tokenizer.ggml.merges", strings(mergesOf(definition))],
    // Without one llama.cpp takes token 11, whatever that is: GPT-2's was meant.
    ...id("bos", begin >= 0 ? begin : (ends[0] ?? 0)),
    ...ends.flatMap((end, index) => id(END_KEYS[index] ?? "", end)),
    ...(ends.length === 0 ? id("eos", begin >= 0 ? begin : 0) : []),
    ...id("unknown", idOf(config.unk_token)),
    ...id("padding", idOf(config.pad_token)),
    ["tokenizer.ggml.add_bos_token", bool(config.add_bos_token ?? beginsWith(files.tokenizer, config.bos_token))],
    ["tokenizer.ggml.add_eos_token", bool(false)],
    ["tokenizer.ggml.add_space_prefix", bool(false)],
    ...(files.chatTemplate === null ? [] : [["tokenizer.chat_template", string(files.chatTemplate)] as const]),
  ];
}

/** What llama.cpp's byte-level BPE has no setting for. */
function refuseOtherSteps({ normalizer, model }: TokenizerDefinition): void {
  const found: unknown = normalizer ?? null;
  const suffix = model.end_of_word_suffix ?? "";
  // Composed characters are what keyboards give.
  const composed = v.is(object({ type: v.literal("NFC") }), found);
  if ((found === null || composed) && suffix === "" && !model.byte_fallback) return;
  const [field, value] =
    suffix !== ""
      ? ["model.end_of_word_suffix", suffix]
      : model.byte_fallback
        ? ["model.byte_fallback", true]
        : ["normalizer", found];
  throw new PivotscopeError(
    "unsupported",
    `tokenizer.json: llama.cpp has nothing for "${field}" ${showValue(value)} of a byte-level tokenizer.`,
    "Export another format: a text would be cut into other tokens than the model learned.",
  );
}

function tokensById({ model, added_tokens: added }: TokenizerDefinition, vocabularySize: number) {
  const texts = Array.from({ length: vocabularySize }, (_, id) => `[PAD${id}]`);
  const types = texts.map(() => UNUSED);
  const place = (id: number, token: string, type: number) => {
    if (id >= vocabularySize) throw beyond(id, token, vocabularySize);
    texts[id] = token;
    types[id] = type;
  };
  for (const [token, id] of Object.entries(model.vocab)) place(id as number, token, NORMAL);
  for (const token of added) place(token.id, token.content, typeOf(token));
  const seen = new Set<string>();
  const repeated = texts.find((token) => seen.size === seen.add(token).size);
  if (repeated === undefined) return { texts, types };
  throw new PivotscopeError(
    "bad-checkpoint",
    `tokenizer.json: "${repeated}" stands for more than one id; llama.cpp wants a text for each id.`,
    "Download tokenizer.json again, or export another format.",
  );
}

/** Added tokens that are not special are found in any text, as in transformers. */
function typeOf({ special }: AddedToken): number {
  return special ? CONTROL : USER_DEFINED;
}

function beyond(id: number, token: string, vocabularySize: number): PivotscopeError {
  return new PivotscopeError(
    "bad-checkpoint",
    `tokenizer.json: token "${token}" has id ${id}; the model has ${vocabularySize} tokens.`,
    "Check that tokenizer.json belongs to the model.",
  );
}

function mergesOf({ model }: TokenizerDefinition): string[] {
  return model.merges.map((pair) => (Array.isArray(pair) ? pair.join(" ") : String(pair)));
}

const templateSchema = object({ post_processor: anything });
const singleSchema = object({ type: v.literal("TemplateProcessing"), single: v.array(anyObject) });
const stepsSchema = object({ type: v.literal("Sequence"), processors: v.array(anything) });
const specialSchema = object({ SpecialToken: object({ id: text }) });

/** Whether tokenizer.json puts `token` before every text. */
function beginsWith(tokenizer: string, token: string | null): boolean {
  const { post_processor: found } = readJsonText(templateSchema, tokenizer, checkpointFile("tokenizer.json"));
  const sequence = v.safeParse(stepsSchema, found);
  const steps = sequence.success ? sequence.output.processors : [found];
  return steps.some((step) => {
    const template = v.safeParse(singleSchema, step);
    const first = template.success ? v.safeParse(specialSchema, template.output.single[0]) : null;
    return first?.success === true && first.output.SpecialToken.id === token;
  });
}
