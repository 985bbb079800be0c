/**
 * Which tokens end a reply.
 *
 * generation_config.json has the say; files of one checkpoint disagree. `<|im_end|>` is added where the tokenizer has
 * it as a special token: SmolVLM's text model was trained to end with it, and stopping on it too is safe.
 */
import { type Fields, parseJsonObject } from "./json.ts";

export interface StopSources {
  /** Text of generation_config.json, null when the file is not there. */
  readonly generationConfig: string | null;
  /** Text of config.json, whose eos_token_id counts only when generation_config.json names none. */
  readonly modelConfig: string;
  /** The tokenizer's special tokens by text; empty when there is no tokenizer. */
  readonly specialTokens: ReadonlyMap<string, number>;
}

const END_OF_TURN = "<|im_end|>";

/**
 * Ids that end generation, without repeats; empty when the checkpoint names none.
 *
 * @throws PivotscopeError `bad-checkpoint` when an eos_token_id is neither a number nor a list of numbers.
 */
export function findStopIds(sources: StopSources): number[] {
  const config = parseJsonObject(sources.modelConfig, "config.json");
  const generation =
    sources.generationConfig === null ? null : parseJsonObject(sources.generationConfig, "generation_config.json");
  const named =
    (generation === null ? null : endIds(generation)) ?? endIds(config) ?? endIds(config.objectOrEmpty("text_config"));
  const endOfTurn = sources.specialTokens.get(END_OF_TURN);
  return [...new Set([...(named ?? []), ...(endOfTurn === undefined ? [] : [endOfTurn])])];
}

function endIds(fields: Fields): number[] | null {
  const value = fields.raw("eos_token_id");
  if ((value ?? null) === null) return null;
  return Array.isArray(value) ? fields.ids("eos_token_id") : [fields.integer("eos_token_id", { minimum: 0 })];
}
