/** A model of a decoder and a vision tower with other units in its layers. */
import type { DefinitionOptions } from "../architecture.ts";
import type { LayerWidths } from "../definition.ts";
import { type DecoderConfig, narrowedDecoder } from "./decoder/config.ts";

interface TwoTowers {
  readonly text: DecoderConfig;
  readonly vision: { readonly widths?: readonly LayerWidths[] };
}

/** See `Architecture.narrowed`. */
export function narrowedTowers<Config extends TwoTowers>(
  config: Config,
  widths: DefinitionOptions["widths"],
  projectionBias: boolean,
): Config {
  return {
    ...config,
    text: narrowedDecoder(config.text, widths?.text, projectionBias),
    vision: { ...config.vision, ...(widths?.vision && { widths: widths.vision }) },
  };
}
