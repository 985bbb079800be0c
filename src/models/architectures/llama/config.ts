/** config.json of a Llama without vision tower. */
import type { Fields } from "../../json.ts";
import { type DecoderConfig, parseDecoder } from "../shared/decoder/config.ts";

export interface LlamaConfig {
  readonly architecture: "llama";
  readonly text: DecoderConfig;
  readonly tieWordEmbeddings: boolean;
}

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseLlama(top: Fields): LlamaConfig {
  const text = parseDecoder(top, top.boolean("tie_word_embeddings", false));
  return { architecture: "llama", text, tieWordEmbeddings: text.tieWordEmbeddings };
}
