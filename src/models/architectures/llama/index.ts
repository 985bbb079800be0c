/** Llama: a decoder alone, for text only. */
import { textOnlyArchitecture } from "../shared/decoder/text-only.ts";
import { parseLlama } from "./config.ts";

export const llama = textOnlyArchitecture({
  name: "llama",
  title: "Llama without a vision tower",
  modelTypes: ["llama"],
  classNames: ["LlamaForCausalLM"],
  parse: parseLlama,
});
