/** Qwen3: a decoder alone that normalises each head's queries and keys. */
import { textOnlyArchitecture } from "../shared/decoder/text-only.ts";
import { parseQwen3 } from "./config.ts";

export const qwen3 = textOnlyArchitecture({
  name: "qwen3",
  title: "Qwen3 without a vision tower",
  modelTypes: ["qwen3"],
  classNames: ["Qwen3ForCausalLM"],
  parse: parseQwen3,
});
