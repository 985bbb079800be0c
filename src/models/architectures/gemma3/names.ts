/** How files of Gemma 3 name its tensors. The model's own names are those of the hub's files. */
import { TOWER } from "./vision.ts";

const LANGUAGE = "language_model.";

/**
 * transformers 5 writes `model.language_model.…`, the head beside it, and the vision tower with or without `vision_model`.
 * A missing or further `model.` in front is looked for elsewhere.
 */
export function otherNames(tensor: string): readonly string[] {
  if (tensor.startsWith(`${LANGUAGE}model.`)) {
    return [`model.${LANGUAGE}${tensor.slice(`${LANGUAGE}model.`.length)}`];
  }
  if (tensor.startsWith(`${LANGUAGE}lm_head.`)) return [tensor.slice(LANGUAGE.length)];
  if (tensor.startsWith(`${TOWER}.`)) return [`vision_tower.${tensor.slice(TOWER.length + 1)}`];
  return [];
}
