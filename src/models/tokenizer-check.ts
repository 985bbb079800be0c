/**
 * What tokenizer.json must be before the library reads it. The library trusts the file: a text that is an object with a
 * "length", or an id of four billion, keeps it busy until memory is gone.
 */
import { PivotscopeError } from "../core/errors.ts";
import { describeValue, Fields } from "./json.ts";

/** Ids below this are read; the largest vocabularies have some hundred thousand. */
export const LARGEST_VOCABULARY = 16_777_216;

const STEPS = ["normalizer", "pre_tokenizer", "post_processor", "decoder"] as const;

/**
 * @throws PivotscopeError `bad-checkpoint` naming the field that is of the wrong type; `unsupported` for a model other
 *   than BPE or a decoder other than ByteLevel.
 */
export function checkTokenizer(definition: Fields): void {
  const decoder = definition.has("decoder") ? definition.objectOrEmpty("decoder").raw("type") : undefined;
  if (decoder !== "ByteLevel") throw unsupported(`"decoder.type" is ${describeValue(decoder)}; supported: "ByteLevel"`);
  const model = Fields.of(definition.raw("model"), definition.file, "model");
  const type = model.raw("type") ?? "BPE";
  if (type !== "BPE") throw unsupported(`"model.type" is ${describeValue(type)}; supported: "BPE"`);
  checkVocabulary(Fields.of(model.raw("vocab"), definition.file, "model.vocab"));
  checkMerges(model);
  for (const step of STEPS) refuseLengths(definition, definition.raw(step), step, 0);
}

/** Added tokens by place in the list: their text, id and whether they are special. */
export function readAddedTokens(
  definition: Fields,
): { readonly id: number; readonly content: string; readonly special: boolean }[] {
  if (!definition.has("added_tokens")) return [];
  return definition.objects("added_tokens").map((token) => ({
    id: token.integer("id", { minimum: 0, maximum: LARGEST_VOCABULARY - 1 }),
    content: token.string("content"),
    special: token.boolean("special", false),
  }));
}

function checkVocabulary(vocabulary: Fields): void {
  for (const token of vocabulary.keys()) {
    const id = vocabulary.raw(token);
    // integer() makes the error; asking it of every token of a vocabulary would take longer.
    if (!(Number.isInteger(id) && (id as number) >= 0 && (id as number) < LARGEST_VOCABULARY)) {
      vocabulary.integer(token, { minimum: 0, maximum: LARGEST_VOCABULARY - 1 });
    }
  }
}

/** Pairs as "a b" or as ["a", "b"], all of one kind. */
function checkMerges(model: Fields): void {
  const merges = model.raw("merges");
  const needed = 'a list of pairs, all as "a b" or all as ["a", "b"],';
  if (!Array.isArray(merges)) throw model.wrong("merges", needed);
  const pairs = Array.isArray(merges[0]);
  const good = (merge: unknown) =>
    pairs
      ? Array.isArray(merge) && merge.length === 2 && typeof merge[0] === "string" && typeof merge[1] === "string"
      : typeof merge === "string";
  const bad = merges.findIndex((merge) => !good(merge));
  if (bad >= 0) throw Fields.of({ [bad]: merges[bad] }, model.file, "model.merges").wrong(String(bad), needed);
}

/** The steps have no field "length", but what has one is taken for a list. */
function refuseLengths(definition: Fields, value: unknown, path: string, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > 16) throw definition.wrong(path.split(".")[0] ?? path, "a value that is nested less deeply");
  if (!Array.isArray(value) && Object.hasOwn(value, "length")) {
    throw Fields.of(value, definition.file, path).wrong("length", "nothing");
  }
  for (const [key, inner] of Object.entries(value)) refuseLengths(definition, inner, `${path}.${key}`, depth + 1);
}

function unsupported(what: string): PivotscopeError {
  return new PivotscopeError(
    "unsupported",
    `tokenizer.json: ${what}.`,
    "Open a checkpoint with a byte-level tokenizer, such as SmolVLM.",
  );
}
