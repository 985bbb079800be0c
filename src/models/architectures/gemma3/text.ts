/** Gemma 3's decoder where there are pictures, which are seen whole. */
import type { LayerWidths, TextDefinition } from "../definition.ts";
import type { DecoderConfig } from "../shared/decoder/config.ts";
import { decoderDefinition } from "../shared/decoder/decoder.ts";
import type { DecoderNames } from "../shared/decoder/layer-spec.ts";
import { pictureAttention } from "./attention.ts";

export function textDefinition(
  config: DecoderConfig,
  imageTokenId: number,
  names: DecoderNames,
  options: { readonly vocabularyParts?: number | undefined; readonly widths?: readonly LayerWidths[] | undefined },
): TextDefinition {
  return decoderDefinition(config, names, {
    ...options,
    attention: (window = Number.POSITIVE_INFINITY) => pictureAttention(imageTokenId, window),
  });
}
