/**
 * Which tokens end a reply.
 *
 * generation_config.json has the say; files of one checkpoint disagree. `<|im_end|>` is added where the tokenizer has
 * it as a special token: SmolVLM's text model was trained to end with it, and stopping on it too is safe. So is the token
 * that the chat template ends a reply with, which some files forget.
 */
import * as v from "valibot";
import { type JsonSource, parseJson, readJson } from "../core/json/read.ts";
import { anyObject, ids, integer, object } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";

export interface StopSources {
  /** Text of generation_config.json, null when the file is not there. */
  readonly generationConfig: string | null;
  /** Text of config.json, whose eos_token_id counts only when generation_config.json names none. */
  readonly modelConfig: string;
  /** The tokenizer's special tokens by text; empty when there is no tokenizer. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** The token that the chat template ends a reply with; null where there is none. */
  readonly endOfTurn?: number | null;
}

const END_OF_TURN = "<|im_end|>";

/**
 * Ids that end generation, without repeats; empty when the checkpoint names none.
 *
 * @throws PivotscopeError `bad-checkpoint` when an eos_token_id is neither a number nor a list of numbers.
 */
export function findStopIds(sources: StopSources): number[] {
  const config = read(sources.modelConfig, "config.json");
  const generation =
    sources.generationConfig === null ? null : read(sources.generationConfig, "generation_config.json");
  const named = generation?.endIds() ?? config.endIds() ?? config.endIds("text_config");
  const further = [sources.specialTokens.get(END_OF_TURN), sources.endOfTurn];
  return [...new Set([...(named ?? []), ...further.filter((id) => id !== undefined && id !== null)])];
}

/** One id or several. */
const endIds = v.lazy((found) => (Array.isArray(found) ? ids : integer(0)));
const named = object({ eos_token_id: v.nullish(endIds, null) });
const nested = object({ text_config: v.nullish(anyObject, {}) });

function read(text: string, file: string) {
  const source: JsonSource = checkpointFile(file);
  const whole = readJson(anyObject, parseJson(text, source), source);
  return {
    /** Ids that the file names, or the object of it where `within` is given; null where it names none. */
    endIds(within?: "text_config"): readonly number[] | null {
      const found = within === undefined ? whole : readJson(nested, whole, source)[within];
      const { eos_token_id: end } = readJson(named, found, source, within);
      return typeof end === "number" ? [end] : end;
    },
  };
}
