/**
 * What tokenizer.json must be before the library reads it. The library trusts the file: a text that is an object with a
 * "length", or an id of four billion, keeps it busy until memory is gone.
 */
import * as v from "valibot";
import { type FieldSource, fieldIn, type JsonSource, parseJson, readJson } from "../core/json/read.ts";
import { anyObject, anything, firstWrong, flag, integer, list, object, oneOf, text } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";

/** Ids below this are read; the largest vocabularies have some hundred thousand. */
export const LARGEST_VOCABULARY = 16_777_216;

const SOURCE: JsonSource = checkpointFile("tokenizer.json", {
  unsupported: "Open a checkpoint with a byte-level tokenizer, such as SmolVLM.",
});

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

const tokenizerSchema = object({
  decoder: v.nullish(object({ type: oneOf(["ByteLevel"]) }), {}),
  model: object({ type: v.nullish(oneOf(["BPE"])), vocab: vocabulary, merges }),
  added_tokens: v.nullish(list(object({ id, content: text, special: v.nullish(flag, false) })), []),
});

const STEPS = ["normalizer", "pre_tokenizer", "post_processor", "decoder"] as const;
const stepsSchema = object({
  normalizer: anything,
  pre_tokenizer: anything,
  post_processor: anything,
  decoder: anything,
});

/** An added token: its text, its id and whether it is special. */
export type AddedToken = v.InferOutput<typeof tokenizerSchema>["added_tokens"][number];

/**
 * Checks the text of tokenizer.json.
 *
 * @returns its added tokens, in the file's order.
 * @throws PivotscopeError `bad-checkpoint` naming the field that is of the wrong type; `unsupported` for a model other
 *   than BPE or a decoder other than ByteLevel.
 */
export function checkTokenizer(json: string): readonly AddedToken[] {
  const found = parseJson(json, SOURCE);
  const { added_tokens: added } = readJson(tokenizerSchema, found, SOURCE);
  const steps = readJson(stepsSchema, found, SOURCE);
  for (const step of STEPS) refuseLengths(steps[step], step, 0, SOURCE);
  return added;
}

/** The steps have no field "length", but what has one is taken for a list. */
function refuseLengths(value: unknown, path: string, depth: number, source: FieldSource): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > 16) throw source.wrong(path.split(".")[0] ?? path, value, "a value that is nested less deeply");
  if (!Array.isArray(value) && Object.hasOwn(value, "length")) {
    throw source.wrong(
      fieldIn(path, "length"),
      Object.entries(value).find(([key]) => key === "length")?.[1],
      "nothing",
    );
  }
  for (const [key, inner] of Object.entries(value)) refuseLengths(inner, fieldIn(path, key), depth + 1, source);
}
