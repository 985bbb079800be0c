/** config.json of a Llama without vision tower. */
import { readJson } from "../../../core/json/read.ts";
import { object } from "../../../core/json/schemas.ts";
import { CONFIG } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf } from "../shared/decoder/config.ts";
import type { TextOnlyConfig } from "../shared/decoder/text-only.ts";

export type LlamaConfig = TextOnlyConfig<"llama">;

const schema = object(decoderFields);

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseLlama(found: unknown): DecoderConfig {
  const fields = readJson(schema, found, CONFIG);
  return decoderOf(fields, fields.tie_word_embeddings ?? false);
}
