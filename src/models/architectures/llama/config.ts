/** config.json of a Llama without vision tower. */
import { readJson } from "../../../core/json/read.ts";
import { object } from "../../../core/json/schemas.ts";
import { CONFIG } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf } from "../shared/decoder/config.ts";

export interface LlamaConfig {
  readonly architecture: "llama";
  readonly text: DecoderConfig;
  readonly tieWordEmbeddings: boolean;
}

const schema = object(decoderFields);

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseLlama(found: unknown): LlamaConfig {
  const fields = readJson(schema, found, CONFIG);
  const text = decoderOf(fields, fields.tie_word_embeddings ?? false);
  return { architecture: "llama", text, tieWordEmbeddings: text.tieWordEmbeddings };
}
