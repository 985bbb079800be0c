/** config.json of Gemma 3 without vision tower: that of the text model of one that has it, at the top. */
import { readJson } from "../../../core/json/read.ts";
import { gemmaTextOf, gemmaTextSchema } from "../gemma3/config.ts";
import { CONFIG } from "../shared/config-fields.ts";
import type { DecoderConfig } from "../shared/decoder/config.ts";

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseGemmaText(found: unknown): DecoderConfig {
  const fields = readJson(gemmaTextSchema, found, CONFIG);
  return gemmaTextOf(fields, fields.tie_word_embeddings ?? true);
}
