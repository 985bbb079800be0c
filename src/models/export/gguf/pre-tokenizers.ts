/**
 * llama.cpp knows ways of cutting a text by name (`tokenizer.ggml.pre`; llama-vocab.cpp has the expressions behind the names),
 * tokenizer.json describes them. A name is given only where both cut alike: with another one the model would be fed other
 * tokens than it learned, without a word.
 */
import * as v from "valibot";
import { PivotscopeError } from "../../../core/errors.ts";
import { anyObject, type JsonObject, list, object } from "../../../core/json/schemas.ts";
import { showValue } from "../../../core/json/show.ts";
import type { TokenizerDefinition } from "../../tokenizer-check.ts";

/** Expressions of the families that cut by one, behind which bytes are written as characters. */
const EXPRESSIONS: Readonly<Record<string, { readonly plain: string; readonly wholeWords?: string }>> = {
  // Whole words that are in the vocabulary are taken without merging: "ignore_merges".
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+":
    { plain: "smaug-bpe", wholeWords: "llama-bpe" },
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+":
    { plain: "qwen2" },
};

/** What tells one step from another; null stands for a default. */
const FIELDS = {
  ByteLevel: { add_prefix_space: false, use_regex: true },
  Digits: { individual_digits: false },
  Split: { pattern: null, behavior: null, invert: false },
} as const;

const sequence = object({ type: v.literal("Sequence"), pretokenizers: list(anyObject) });

/** The steps of tokenizer.json's "pre_tokenizer", those within sequences too. */
function stepsOf(found: unknown): readonly unknown[] {
  const { success, output } = v.safeParse(sequence, found);
  return success ? output.pretokenizers.flatMap(stepsOf) : [found];
}

/** A step with nothing but what tells it from others, as one text. */
function described(step: unknown): string {
  const { success, output } = v.safeParse(anyObject, step);
  if (!success) return "null";
  const fields = Object.entries(FIELDS).find(([type]) => type === output.type)?.[1];
  if (!fields) return JSON.stringify(output.type ?? null);
  const told = Object.entries(fields).map(([field, otherwise]) => [field, (output as JsonObject)[field] ?? otherwise]);
  return JSON.stringify({ type: output.type, ...Object.fromEntries(told) });
}

const BYTES = described({ type: "ByteLevel", use_regex: false });
const WORDS = described({ type: "ByteLevel" });
const DIGITS = described({ type: "Digits", individual_digits: true });

/** By the steps' descriptions, one behind the other: the name, and that where whole words are taken. */
const NAMES: ReadonlyMap<string, { readonly plain: string | null; readonly wholeWords: string | null }> = new Map([
  [WORDS, { plain: "gpt-2", wholeWords: null }],
  [DIGITS + WORDS, { plain: "smollm", wholeWords: null }],
  ...Object.entries(EXPRESSIONS).map(([Regex, { plain, wholeWords = null }]) => {
    const split = described({ type: "Split", pattern: { Regex }, behavior: "Isolated" });
    return [split + BYTES, { plain, wholeWords }] as const;
  }),
]);

/**
 * The value of `tokenizer.ggml.pre`.
 *
 * @throws PivotscopeError `unsupported` for steps that llama.cpp has no name for.
 */
export function preTokenizerName({
  pre_tokenizer: found,
  model,
}: Pick<TokenizerDefinition, "pre_tokenizer"> & {
  readonly model: Pick<TokenizerDefinition["model"], "ignore_merges">;
}): string {
  const names = NAMES.get(stepsOf(found).map(described).join(""));
  const name = model.ignore_merges ? names?.wholeWords : names?.plain;
  if (name) return name;
  throw new PivotscopeError(
    "unsupported",
    `tokenizer.json: llama.cpp has no name known here for "pre_tokenizer" ${showValue(found ?? null)}` +
      `${model.ignore_merges ? ' with "ignore_merges"' : ""}; known are ${knownNames().join(", ")}.`,
    "Export another format: a text would be cut into other tokens than the model learned.",
  );
}

function knownNames(): string[] {
  return [...NAMES.values()].flatMap(({ plain, wholeWords }) => [plain, wholeWords].filter((name) => name !== null));
}
