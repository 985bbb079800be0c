/** Qwen2 and Qwen2.5: a decoder alone whose queries, keys and values have biases. */
import { textOnlyArchitecture } from "../shared/decoder/text-only.ts";
import { parseQwen2 } from "./config.ts";

export const qwen2 = textOnlyArchitecture({
  name: "qwen2",
  title: "Qwen2 and Qwen2.5 without a vision tower",
  modelTypes: ["qwen2"],
  classNames: ["Qwen2ForCausalLM"],
  parse: parseQwen2,
});
