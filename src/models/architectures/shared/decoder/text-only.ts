/** Models that are a decoder alone, for text only: all of their architecture but how config.json is read. */
import type { JsonObject } from "../../../../core/json/schemas.ts";
import type { Architecture } from "../../architecture.ts";
import { type DecoderConfig, narrowedDecoder, smallerDecoder, untied } from "./config.ts";
import { decoderDefinition } from "./decoder.ts";

/** What such an architecture makes of config.json. */
export interface TextOnlyConfig<Name extends string> {
  readonly architecture: Name;
  readonly text: DecoderConfig;
  readonly tieWordEmbeddings: boolean;
}

/** The config of a model whose decoder is `text`. */
export function textOnlyConfig<Name extends string>(architecture: Name, text: DecoderConfig): TextOnlyConfig<Name> {
  return { architecture, text, tieWordEmbeddings: text.tieWordEmbeddings };
}

/** Their tensors are "model.…" and "lm_head.weight". */
export function textOnlyArchitecture<Name extends string>({
  parse,
  ...words
}: Pick<Architecture<TextOnlyConfig<Name>>, "name" | "title" | "modelTypes" | "classNames"> & {
  /** See `Architecture.parseConfig`. */
  readonly parse: (found: JsonObject) => DecoderConfig;
}): Architecture<TextOnlyConfig<Name>> {
  const { name } = words;
  return {
    ...words,
    parseConfig: (found) => textOnlyConfig(name, parse(found)),
    define: ({ text }, options) => ({
      architecture: name,
      text: decoderDefinition(
        text,
        { prefix: "model", head: "lm_head.weight" },
        { ...options, widths: options?.widths?.text },
      ),
      vision: null,
    }),
    withOwnHead: (config) => ({ ...config, ...untied(config) }),
    narrowed: (config, widths, projectionBias) => ({
      ...config,
      text: narrowedDecoder(config.text, widths?.text, projectionBias),
    }),
    smaller: (config, bounds) => ({ ...config, text: smallerDecoder(config.text, bounds) }),
    pictures: null,
  };
}
