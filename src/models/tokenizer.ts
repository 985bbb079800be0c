/**
 * Text to token ids and back.
 *
 * A text goes through the steps of the checkpoint's own tokenizer.json (`tokenizer/`), which do what Hugging Face's Rust
 * library does; the pieces are merged by @huggingface/tokenizers. Added tokens such as `<image>` are recognised in the text
 * and nothing is added automatically. Decoding is done here, byte by byte, because people read
 * traces token by token: a character whose bytes are split over tokens belongs to the token that completes it.
 */
import { BPE } from "@huggingface/tokenizers";
import { PivotscopeError, reasonOf } from "../core/errors.ts";
import { BYTE_CHARACTERS } from "./byte-level.ts";
import { type AddedToken, type FindTokens, tokenFinder } from "./tokenizer/added-tokens.ts";
import { specialToken, tokensOfConfig, withAddedTokens } from "./tokenizer/further-tokens.ts";
import { createNormalizer } from "./tokenizer/normalizers.ts";
import { createPreTokenizer } from "./tokenizer/pre-tokenizers.ts";
import { createTokenBytes } from "./tokenizer/token-bytes.ts";
import { type Work, workFor } from "./tokenizer/work.ts";
import { checkTokenizer, type TokenizerDefinition } from "./tokenizer-check.ts";

export interface TokenStream {
  /** Text that this token adds; empty while a character is incomplete. */
  push(id: number): string;
  /** What is left at the end: U+FFFD for an incomplete character, else nothing. */
  end(): string;
}

export interface Tokenizer {
  /** Special added tokens by their text, for example "<image>". They never stand for what a person typed. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /**
   * Ids of `text`, nothing added.
   * @throws PivotscopeError `bad-input` when a character has no token; `bad-checkpoint` when the file's steps take too
   *   much work on this text.
   */
  encode(text: string): number[];
  /** The text of all ids, special tokens included. */
  decode(ids: readonly number[]): string;
  /** The text that each token adds; joined they are `decode(ids)`. */
  tokenTexts(ids: readonly number[]): string[];
  createTokenStream(): TokenStream;
  /** Id of a token by its exact text in the vocabulary, or null. */
  tokenId(token: string): number | null;
}

/** Stands for ids without a token: vocabularies are padded, and a pruned model may well say such an id. */
const REPLACEMENT = "\uFFFD";

/**
 * @param tokenizerJson text of tokenizer.json.
 * @param tokenizerConfig text of tokenizer_config.json, or null when it is not there.
 * @param alsoAdded tokens of the vocabulary that are special ones besides those that the files name.
 * @throws PivotscopeError `bad-checkpoint` for files that cannot be read, `unsupported` unless it is BPE that can write any
 *   byte.
 */
export function createTokenizer(
  tokenizerJson: string,
  tokenizerConfig: string | null,
  alsoAdded: readonly string[] = [],
): Tokenizer {
  const further = [...tokensOfConfig(tokenizerConfig), ...alsoAdded.map(specialToken)];
  const definition = withAddedTokens(checkTokenizer(tokenizerJson), further);
  const addedTokens = indexAddedTokens(definition.added_tokens);
  const model = runLibrary(() => new BPE(modelConfig(definition)));
  const cutText = createCutter(definition);
  const { byteLevel, of: bytesOf } = createTokenBytes(definition.decoder);
  const missingBytes = new Set(
    byteLevel ? BYTE_CHARACTERS.flatMap((character, byte) => (model.tokens_to_ids.has(character) ? [] : [byte])) : [],
  );

  function createTokenStream(): TokenStream {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return {
      push(id) {
        const added = addedTokens.byId.get(id);
        if (added !== undefined && byteLevel) return decoder.decode() + added;
        const token: string | undefined = added ?? model.vocab[id];
        if (token === undefined) return decoder.decode() + REPLACEMENT;
        const bytes = bytesOf(token);
        return bytes === null ? decoder.decode() + token : decoder.decode(bytes, { stream: true });
      },
      end: () => decoder.decode(),
    };
  }

  function tokenTexts(ids: readonly number[]): string[] {
    const stream = createTokenStream();
    const texts = ids.map((id) => stream.push(id));
    const rest = stream.end();
    if (rest !== "") texts.push((texts.pop() ?? "") + rest);
    return texts;
  }

  return {
    specialTokens: addedTokens.special,
    encode(text) {
      requireBytes(text, missingBytes);
      return cutText(text, workFor(text.length)).flatMap((part) =>
        typeof part === "number" ? [part] : runLibrary(() => idsOf(model, part)),
      );
    },
    decode: (ids) => tokenTexts(ids).join(""),
    tokenTexts,
    createTokenStream,
    tokenId: (token) => addedTokens.byContent.get(token) ?? model.tokens_to_ids.get(token) ?? null,
  };
}

/** Cuts a text into the pieces within which tokens are merged, and the ids of added tokens. */
function createCutter(definition: TokenizerDefinition): (text: string, work: Work) => (readonly string[] | number)[] {
  const normalize = createNormalizer(definition.normalizer);
  const preTokenize = createPreTokenizer(definition.pre_tokenizer);
  const [inNormalized, inText] = partition(definition.added_tokens, ({ normalized }) => normalized);
  const findInText = tokenFinder(inText);
  const normalForms = inNormalized.map(({ content }) => normalize(content, workFor(content.length)));
  const findInNormalized = tokenFinder(inNormalized, normalForms);
  const pieces = (find: FindTokens, text: string, work: Work, rest: (text: string) => (readonly string[] | number)[]) =>
    find(text, work).flatMap((section) => (typeof section === "number" ? [section] : rest(section)));
  return (text, work) =>
    pieces(findInText, text, work, (section) =>
      pieces(findInNormalized, normalize(section, work), work, (plain) => [preTokenize([plain], work)]),
    );
}

/** What the library reads of tokenizer.json's "model". */
function modelConfig({ model }: TokenizerDefinition): ConstructorParameters<typeof BPE>[0] {
  const {
    unk_token: unknown,
    end_of_word_suffix: suffix,
    continuing_subword_prefix: _,
    vocab,
    merges,
    ...config
  } = model;
  return {
    ...config,
    // Checked entry by entry.
    vocab: vocab as Record<string, number>,
    merges: merges as string[] | [string, string][],
    ...(unknown && { unk_token: unknown }),
    ...(suffix && { end_of_word_suffix: suffix }),
  };
}

function idsOf(model: BPE, pieces: readonly string[]): number[] {
  return model.encode([...pieces]).flatMap((token) => model.tokens_to_ids.get(token) ?? []);
}

function partition<Item>(items: readonly Item[], belongs: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

/** Steps of a damaged file may fail only when a text comes to them. */
function runLibrary<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new PivotscopeError(
      "bad-checkpoint",
      `tokenizer.json cannot be used: ${reason}.`,
      "Download tokenizer.json again.",
      { cause },
    );
  }
}

/**
 * The library leaves out, without a word, what has no token; a question must not lose letters that way. Vocabularies
 * with all 256 bytes, which is nearly every byte-level one, can write anything.
 */
function requireBytes(text: string, missingBytes: ReadonlySet<number>): void {
  if (missingBytes.size === 0) return;
  const encoder = new TextEncoder();
  for (const character of text) {
    if (!encoder.encode(character).some((byte) => missingBytes.has(byte))) continue;
    throw new PivotscopeError(
      "bad-input",
      `The tokenizer has no token for "${character}".`,
      "Write the question with other characters.",
    );
  }
}

interface AddedTokens {
  readonly byId: ReadonlyMap<number, string>;
  readonly byContent: ReadonlyMap<string, number>;
  readonly special: ReadonlyMap<string, number>;
}

function indexAddedTokens(tokens: readonly AddedToken[]): AddedTokens {
  const byId = new Map<number, string>();
  const byContent = new Map<string, number>();
  const special = new Map<string, number>();
  for (const token of tokens) {
    byId.set(token.id, token.content);
    byContent.set(token.content, token.id);
    if (token.special) special.set(token.content, token.id);
  }
  return { byId, byContent, special };
}
