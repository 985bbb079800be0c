/** Gemma 3's decoder: most layers look back a window only and count positions at a pace of their own. */
import type { LayerWidths, TextDefinition } from "../definition.ts";
import type { DecoderConfig } from "../shared/decoder/config.ts";
import { decoderDefinition } from "../shared/decoder/decoder.ts";
import { type DecoderNames, feedsOf } from "../shared/decoder/layer-spec.ts";
import { rotaryPlan } from "../shared/decoder/rope-config.ts";
import { countedPositions, plainPlan } from "../shared/rope.ts";
import { pictureAttention } from "./attention.ts";

/** @param imageTokenId null where there are no pictures. */
export function textDefinition(
  config: DecoderConfig,
  imageTokenId: number | null,
  names: DecoderNames,
  options: { readonly vocabularyParts?: number | undefined; readonly widths?: readonly LayerWidths[] | undefined },
): TextDefinition {
  const definition = decoderDefinition(config, names, options);
  const { sliding, headSize } = config;
  const everything = {
    positions: countedPositions(rotaryPlan(config)),
    attention: pictureAttention(imageTokenId, Number.POSITIVE_INFINITY),
  };
  return {
    ...definition,
    layers: definition.layers.map((spec, layer) => {
      const feeds = feedsOf(config, layer);
      return feeds === undefined ? spec : { ...spec, feeds };
    }),
    feeds: {
      global: everything,
      ...(sliding && {
        sliding: {
          positions: countedPositions(plainPlan(headSize, sliding.ropeTheta)),
          attention: pictureAttention(imageTokenId, sliding.window),
        },
      }),
    },
    // onnxruntime's attention knows no pictures that are seen whole.
    generation: null,
    wholeGeneration: null,
  };
}
