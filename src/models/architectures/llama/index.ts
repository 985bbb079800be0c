/** Llama: a decoder alone, for text only. */
import type { Architecture } from "../architecture.ts";
import { narrowedDecoder, smallerDecoder, untied } from "../shared/decoder/config.ts";
import { decoderDefinition } from "../shared/decoder/decoder.ts";
import { type LlamaConfig, parseLlama } from "./config.ts";

export const llama: Architecture<LlamaConfig> = {
  name: "llama",
  title: "Llama without a vision tower",
  modelTypes: ["llama"],
  classNames: ["LlamaForCausalLM"],
  parseConfig: parseLlama,
  define: ({ text }, options) => ({
    architecture: "llama",
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
