/** Token ids as a trace that people read. */
import type { Checkpoint } from "../../models/checkpoint.ts";
import type { Trace, TraceToken } from "../contract.ts";
import type { Generation } from "./generate.ts";

type Words = Pick<Checkpoint, "tokenizer" | "stopIds">;

/** Gives each next id of a trace its text; a stop token has none, and without tokenizer the id stands for itself. */
export function createTokenWriter({ tokenizer, stopIds }: Words): (id: number) => TraceToken {
  const stream = tokenizer?.createTokenStream();
  return (id) => ({ id, text: stopIds.includes(id) ? "" : (stream?.push(id) ?? `<${id}> `) });
}

/** The trace of tokens that were written one by one. */
export function traceOfTokens(tokens: readonly TraceToken[], finish: Trace["finish"]): Trace {
  const text = tokens.map((token) => token.text).join("");
  return { tokens, text: text.trim(), finish };
}

/** The trace of a whole generation. */
export function traceOfGeneration(words: Words, { ids, finish }: Generation): Trace {
  return traceOfTokens(ids.map(createTokenWriter(words)), finish);
}
