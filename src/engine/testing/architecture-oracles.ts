/** The reference folders of small models, and what tensors are called in transformers 5's memory there. Tests only. */

/** Of models whose two towers stand in a model of their own there, below "model.". */
const qwenNames = (name: string) =>
  name.startsWith("visual.") ? `model.${name}` : name.replace(/^model\./, "model.language_model.");

/** Of models whose decoder, head included, was one thing and became two; `vision` is a part of names that was left out. */
const decoderNames = (vision: string) => (name: string) => {
  if (name.startsWith("language_model.lm_head.")) return name.slice("language_model.".length);
  return `model.${name.replace("language_model.model.", "language_model.").replace(vision, "")}`;
};

export const ARCHITECTURE_ORACLES: readonly { readonly folder: string; laterNames(name: string): string }[] = [
  { folder: "qwen2_vl-a", laterNames: qwenNames },
  { folder: "qwen2_5_vl-a", laterNames: qwenNames },
  { folder: "gemma3-a", laterNames: decoderNames(".vision_model") },
  { folder: "mllama-a", laterNames: decoderNames("") },
];
