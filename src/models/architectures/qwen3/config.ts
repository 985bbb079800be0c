/** config.json of Qwen3 without vision tower. */
import { readJson } from "../../../core/json/read.ts";
import { object } from "../../../core/json/schemas.ts";
import { SIZES, wholeAttention } from "../qwen2/config.ts";
import { CONFIG } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf, sizeFields } from "../shared/decoder/config.ts";

/** Size of a head where the file does not say; it does not follow from the width. */
const HEAD_SIZE = 128;

const schema = object({ ...decoderFields, ...sizeFields(SIZES), ...wholeAttention });

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseQwen3(found: unknown): DecoderConfig {
  const { head_dim: headSize, ...fields } = readJson(schema, found, CONFIG);
  const text = decoderOf({ ...fields, head_dim: headSize ?? HEAD_SIZE }, fields.tie_word_embeddings ?? false);
  return { ...text, headNorms: true };
}
