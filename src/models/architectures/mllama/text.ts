/** The decoder of Llama 3.2 Vision: Llama's, with layers among it that look at pictures. */
import type { LayerWidths, TextDefinition } from "../definition.ts";
import { crossAttention } from "../shared/cross-attention.ts";
import { decoderDefinition } from "../shared/decoder/decoder.ts";
import type { DecoderNames } from "../shared/decoder/layer-spec.ts";
import type { MllamaConfig } from "./config.ts";
import { CROSS_LAYER, crossBackwardGraph, crossDecodeGraph, crossForwardGraph, crossLayerSpec } from "./cross-layer.ts";
import { frameStates } from "./tiles.ts";

const NAMES: DecoderNames = { prefix: "language_model.model", head: "language_model.lm_head.weight" };

export function textDefinition(
  { text: config, crossLayers, imageTokenId, vision }: MllamaConfig,
  options: { readonly vocabularyParts?: number | undefined; readonly widths?: readonly LayerWidths[] | undefined },
): TextDefinition {
  const definition = decoderDefinition(config, NAMES, options);
  const widths = options.widths ?? config.widths;
  const dense = { attentionUnits: config.keyValueHeads, mlpUnits: config.intermediateSize };
  const isCross = (graph: string | undefined) => graph === CROSS_LAYER;
  return {
    ...definition,
    layers: definition.layers.map((spec, layer) =>
      crossLayers.includes(layer) ? crossLayerSpec(config, NAMES, layer, widths?.[layer] ?? dense) : spec,
    ),
    feeds: {
      ...definition.feeds,
      [CROSS_LAYER]: {
        positions: null,
        attention: null,
        pictures: crossAttention(imageTokenId, (frame) => frameStates(frame, vision)),
      },
    },
    forward: (own) => (isCross(own.graph) ? crossForwardGraph(config, own) : definition.forward(own)),
    backward: (own) => (isCross(own.graph) ? crossBackwardGraph(config, own) : definition.backward(own)),
    decode: (own) => (isCross(own.graph) ? crossDecodeGraph(config, own) : definition.decode(own)),
    // onnxruntime's attention knows no layers that look at something else than the tokens before.
    generation: null,
    wholeGeneration: null,
  };
}
