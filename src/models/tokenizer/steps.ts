/** What the steps of tokenizer.json have in common: how they are read. */

import * as v from "valibot";
import { reasonOf } from "../../core/errors.ts";
import { fieldIn, type JsonSource, readJson } from "../../core/json/read.ts";
import { anything, object, oneOf, text } from "../../core/json/schemas.ts";
import { checkpointFile } from "../checkpoint-file.ts";
import { compilePattern, matcherOf, type Pattern } from "./pattern.ts";

export const TOKENIZER_FILE: JsonSource = checkpointFile("tokenizer.json", {
  unsupported: "Open a checkpoint with a byte-level tokenizer, such as SmolVLM.",
});

/** Steps within steps that are read. */
const DEEPEST = 16;

const schema = object({ Regex: v.nullish(text), String: v.nullish(text) });

/** A step that stands at `field`. */
export interface FoundStep<Type extends string> {
  readonly type: Type;
  readonly found: unknown;
  readonly field: string;
  readonly depth: number;
}

/** @throws PivotscopeError `unsupported` for a type that is none of these; `bad-checkpoint` for what is no step. */
export function readStep<Type extends string>(
  found: unknown,
  types: readonly Type[],
  field: string,
  depth: number,
): FoundStep<Type> {
  if (depth > DEEPEST) throw TOKENIZER_FILE.wrong(field, found, "a step that is nested less deeply");
  const { type } = readJson(object({ type: oneOf(types) }), found, TOKENIZER_FILE, field);
  return { type, found, field, depth };
}

/** The steps of a sequence, which stand under `name`. */
export function readSequence<Step>(
  { found, field, depth }: FoundStep<string>,
  name: string,
  create: (found: unknown, field: string, depth: number) => Step,
): Step[] {
  const list = v.custom<readonly unknown[]>(Array.isArray, "a list");
  const { [name]: steps = [] } = readJson(object({ [name]: list }), found, TOKENIZER_FILE, field);
  return steps.map((step, index) => create(step, fieldIn(fieldIn(field, name), index), depth + 1));
}

/** The "pattern" of a step. @throws PivotscopeError `bad-checkpoint` for what is no pattern, or not supported. */
export function readPattern({ found, field }: FoundStep<string>): Pattern {
  const at = fieldIn(field, "pattern");
  const { pattern } = readJson(object({ pattern: anything }), found, TOKENIZER_FILE, field);
  const { Regex: expression, String: plain } = readJson(schema, pattern, TOKENIZER_FILE, at);
  try {
    if (typeof expression === "string") return compilePattern(expression);
    if (typeof plain === "string") return matcherOf(plain.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  } catch (cause) {
    const reason = reasonOf(cause);
    throw TOKENIZER_FILE.wrong(at, expression ?? plain, `a regular expression that can be read here (${reason})`);
  }
  throw TOKENIZER_FILE.wrong(at, pattern, '"Regex" or "String" with a string');
}
