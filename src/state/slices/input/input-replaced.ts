/** What somebody had made and the page has replaced: an own picture, an edited scene, a question of their own. */
import type { WorkbenchState } from "../../shape.ts";
import type { InputState } from "./input-state.ts";
import { LINKED } from "./scene-link.ts";
import type { ReplacedInput } from "./scenes-state.ts";

/**
 * What is at hand, where somebody made it and something else is to take its place; else null.
 *
 * @param draft what the question's field will show.
 * @param withPicture whether the picture is replaced, too.
 */
export function madeByHand(
  { input, scenes }: WorkbenchState,
  draft: string,
  withPicture: boolean,
): ReplacedInput | null {
  const { picture, question, typed } = input;
  const { selected, past, future } = scenes;
  const lost = input.draft.trim() !== "" && input.draft.trim() !== draft.trim();
  const words =
    (withPicture && pictureWords(input, past.length > 0)) ||
    (lost && input.draft === typed && "Your question was replaced.");
  if (!words) return null;
  return {
    words,
    asked: { question, draft: input.draft, typed },
    picture: withPicture && picture ? { picture } : null,
    edits: { selected, past, future },
  };
}

/** Empty for a picture that the page can show again at any time. */
function pictureWords({ picture }: InputState, edited: boolean): string {
  if (!picture) return "";
  if (picture.exampleId === null) return `Your picture ${picture.name} was replaced.`;
  if (edited && picture.scene) return "Your edited scene was replaced.";
  return picture.exampleId === LINKED ? "The link's scene was replaced." : "";
}

/** Previews that are shown or can come back. */
export function previewsOf({ input, scenes }: WorkbenchState): readonly string[] {
  return [input.picture, scenes.replaced?.picture?.picture].flatMap((shown) => shown?.previewUrl ?? []);
}
