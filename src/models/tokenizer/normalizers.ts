/** The normalizer of tokenizer.json: what is done to a text before it is cut, as Hugging Face's Rust library does it. */
import { readJson } from "../../core/json/read.ts";
import { flag, object, text } from "../../core/json/schemas.ts";
import { bytesAsCharacters } from "../byte-level.ts";
import { spaceBefore, spaceBehind } from "./space.ts";
import { type FoundStep, readPattern, readSequence, readStep, TOKENIZER_FILE } from "./steps.ts";
import type { Work } from "./work.ts";

/** @throws PivotscopeError `bad-checkpoint` where the text takes more work than it may. */
export type Normalizer = (text: string, work: Work) => string;

const FORMS = ["NFC", "NFD", "NFKC", "NFKD"] as const;
const TYPES = [...FORMS, "Sequence", "Replace", "Prepend", "Lowercase", "Strip", "StripAccents", "ByteLevel"] as const;
type Type = (typeof TYPES)[number];

/**
 * @param found what tokenizer.json has under "normalizer"; null and nothing leave texts as they are.
 * @throws PivotscopeError `unsupported` for another type of step; `bad-checkpoint` for a damaged one.
 */
export function createNormalizer(found: unknown, field = "normalizer", depth = 0): Normalizer {
  if ((found ?? null) === null) return (whole) => whole;
  const normalize = createStep(readStep(found, TYPES, field, depth));
  return (whole, work) => {
    const normal = normalize(whole, work);
    work.hold(normal.length);
    return normal;
  };
}

function createStep(step: FoundStep<Type>): Normalizer {
  const { type, found, field } = step;
  switch (type) {
    case "Sequence": {
      const steps = readSequence(step, "normalizers", createNormalizer);
      return (whole, work) => steps.reduce((left, normalize) => normalize(left, work), whole);
    }
    case "Replace":
      return replacing(step);
    case "Prepend": {
      const { prepend } = readJson(object({ prepend: text }), found, TOKENIZER_FILE, field);
      return (whole) => (whole === "" ? whole : prepend + whole);
    }
    case "Strip": {
      const sides = object({ strip_left: flag, strip_right: flag });
      const { strip_left: left, strip_right: right } = readJson(sides, found, TOKENIZER_FILE, field);
      return (whole) => {
        const from = left ? spaceBehind(whole, 0) : 0;
        return whole.slice(from, right ? Math.max(from, spaceBefore(whole, whole.length)) : undefined);
      };
    }
    case "Lowercase":
      // Letter by letter: a sigma at a word's end becomes what it becomes elsewhere.
      return (whole) => Array.from(whole, (character) => character.toLowerCase()).join("");
    case "StripAccents":
      // The library's marks are those of an older Unicode: it leaves some that are rare.
      return (whole) => whole.replace(/\p{M}/gu, "");
    case "ByteLevel":
      return bytesAsCharacters;
    default:
      return (whole) => whole.normalize(type satisfies (typeof FORMS)[number]);
  }
}

function replacing(step: FoundStep<Type>): Normalizer {
  const pattern = readPattern(step);
  const { content } = readJson(object({ content: text }), step.found, TOKENIZER_FILE, step.field);
  return (whole, work) => {
    const found = pattern.find(whole, work);
    // Before it is made: of an empty pattern and a long replacement come gigabytes.
    work.hold(whole.length + found.length * content.length);
    let normal = "";
    let at = 0;
    for (const [from, to] of found) {
      normal += whole.slice(at, from) + content;
      at = to;
    }
    return normal + whole.slice(at);
  };
}
