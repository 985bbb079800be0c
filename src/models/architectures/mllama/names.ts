/** How files of Llama 3.2 Vision name its tensors. The model's own names are those of the hub's files. */
const LANGUAGE = "language_model.";

/**
 * transformers 5 writes `model.language_model.…`, and the head beside it. A missing or further `model.` in front is looked for
 * elsewhere.
 */
export function otherNames(tensor: string): readonly string[] {
  if (tensor.startsWith(`${LANGUAGE}model.`)) return [`model.${LANGUAGE}${tensor.slice(`${LANGUAGE}model.`.length)}`];
  return tensor.startsWith(`${LANGUAGE}lm_head.`) ? [tensor.slice(LANGUAGE.length)] : [];
}
