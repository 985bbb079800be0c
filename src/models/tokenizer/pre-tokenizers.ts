/**
 * The pre-tokenizer of tokenizer.json: how a text is cut into the pieces within which tokens are merged, as Hugging Face's
 * Rust library cuts it. What a digit, a space or a sign of punctuation is, is Unicode's.
 */
import * as v from "valibot";
import { readJson } from "../../core/json/read.ts";
import { flag, integer, object, oneOf, text } from "../../core/json/schemas.ts";
import { bytesAsCharacters } from "../byte-level.ts";
import { matcherOf, type Pattern } from "./pattern.ts";
import { type Behavior, cut } from "./split.ts";
import { type FoundStep, readPattern, readSequence, readStep, TOKENIZER_FILE } from "./steps.ts";
import type { Work } from "./work.ts";

/** The pieces of pieces; none is empty. @throws PivotscopeError `bad-checkpoint` where that takes too much work. */
export type PreTokenizer = (pieces: readonly string[], work: Work) => string[];

const TYPES = [
  "Sequence",
  "ByteLevel",
  "Digits",
  "Split",
  "Punctuation",
  "Whitespace",
  "WhitespaceSplit",
  "CharDelimiterSplit",
  "BertPreTokenizer",
  "FixedLength",
] as const;
type Type = (typeof TYPES)[number];

const SPACE = "\\p{White_Space}";
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
/** GPT-2's, with the spaces of Oniguruma. */
const GPT2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|${SPACE}+(?!\\P{White_Space})|${SPACE}+`;

const gpt2 = matcherOf(GPT2);
/** Rust's own is_numeric, which is ahead of Oniguruma. */
const digit = matcherOf("\\p{N}", (text) => text);
const space = matcherOf(SPACE);
const punctuation = matcherOf("[\\p{P}!-\\/:-@\\[-`\\{-~]");
const wordsAndSigns = matcherOf(`[${WORD}]+|[^${WORD}${SPACE}]+`);

const BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;
const behavior = oneOf<Behavior>(BEHAVIORS);
const optionalFlag = (otherwise: boolean) => v.nullish(flag, otherwise);

const byteLevelSchema = object({ add_prefix_space: optionalFlag(false), use_regex: optionalFlag(true) });
const splitSchema = object({ behavior, invert: optionalFlag(false) });

/**
 * @param found what tokenizer.json has under "pre_tokenizer"; null and nothing leave texts in one piece.
 * @throws PivotscopeError `unsupported` for another type of step; `bad-checkpoint` for a damaged one.
 */
export function createPreTokenizer(found: unknown, field = "pre_tokenizer", depth = 0): PreTokenizer {
  if ((found ?? null) === null) return (pieces) => pieces.filter((piece) => piece !== "");
  const split = createStep(readStep(found, TYPES, field, depth));
  return (pieces, work) => {
    const whole = pieces.filter((piece) => piece !== "");
    const cuts = split(whole, work).filter((piece) => piece !== "");
    work.hold(cuts.reduce((sum, { length }) => sum + length, 0));
    return cuts;
  };
}

function createStep(step: FoundStep<Type>): PreTokenizer {
  const { type, found, field } = step;
  const read = <Fields extends v.ObjectEntries>(fields: ReturnType<typeof object<Fields>>) =>
    readJson(fields, found, TOKENIZER_FILE, field);
  switch (type) {
    case "Sequence": {
      const steps = readSequence(step, "pretokenizers", createPreTokenizer);
      return (pieces, work) => steps.reduce<readonly string[]>((left, split) => split(left, work), pieces).slice();
    }
    case "ByteLevel": {
      const { add_prefix_space: prefix, use_regex: cutting } = read(byteLevelSchema);
      return (pieces, work) => {
        const whole = prefix ? pieces.map((piece) => (piece.startsWith(" ") ? piece : ` ${piece}`)) : pieces;
        return (cutting ? splitting(gpt2, "Isolated")(whole, work) : whole).map(bytesAsCharacters);
      };
    }
    case "Digits":
      return splitting(
        digit,
        read(object({ individual_digits: optionalFlag(false) })).individual_digits ? "Isolated" : "Contiguous",
      );
    case "Split": {
      const { behavior: kept, invert } = read(splitSchema);
      return splitting(readPattern(step), kept, invert);
    }
    case "Punctuation":
      return splitting(punctuation, read(object({ behavior: v.nullish(behavior, "Isolated") })).behavior);
    case "Whitespace":
      return splitting(wordsAndSigns, "Removed", true);
    case "WhitespaceSplit":
      return splitting(space, "Removed");
    case "CharDelimiterSplit":
      return (pieces) => pieces.flatMap((piece) => piece.split(read(object({ delimiter: text })).delimiter));
    case "BertPreTokenizer":
      return (pieces, work) => splitting(punctuation, "Isolated")(splitting(space, "Removed")(pieces, work), work);
    case "FixedLength": {
      const { length } = read(object({ length: integer(1) }));
      return (pieces) => pieces.flatMap((piece) => chunks(Array.from(piece), length));
    }
    default:
      return type satisfies never;
  }
}

function splitting(pattern: Pattern, kept: Behavior, invert = false): PreTokenizer {
  return (pieces, work) => pieces.flatMap((piece) => cut(piece, pattern.find(piece, work), kept, invert));
}

function chunks(characters: readonly string[], length: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < characters.length; at += length) found.push(characters.slice(at, at + length).join(""));
  return found;
}
