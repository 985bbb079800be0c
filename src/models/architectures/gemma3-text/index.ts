/** Gemma 3 without vision tower: norms around the modules, and layers that look back a window between those that see all. */
import { textOnlyArchitecture } from "../shared/decoder/text-only.ts";
import { parseGemmaText } from "./config.ts";

export const gemma3Text = textOnlyArchitecture({
  name: "gemma3-text",
  title: "Gemma 3 without a vision tower",
  modelTypes: ["gemma3_text"],
  classNames: ["Gemma3ForCausalLM"],
  parse: parseGemmaText,
});
