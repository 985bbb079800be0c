/** All question kinds, and the questions that a scene allows. */
import type { Scene } from "../scene.ts";
import { commonsenseKinds } from "./commonsense.ts";
import { describeKind } from "./describe.ts";
import { physicalKinds } from "./physical.ts";
import { quantitativeKinds } from "./quantitative.ts";
import type { QuestionKind, SceneQuestion } from "./question.ts";

export type { Attribute, Family, Need, QuestionKind, SceneQuestion } from "./question.ts";
export { families, referenceTrace } from "./question.ts";

/** The kinds of the three families, and the description last. */
export const questionKinds: readonly QuestionKind[] = [
  ...physicalKinds,
  ...quantitativeKinds,
  ...commonsenseKinds,
  describeKind,
];

/** Every question that the scene allows. */
export function questionsAbout(scene: Scene): readonly SceneQuestion[] {
  return questionKinds.flatMap((kind) => kind.questions(scene));
}

/** Letters and digits in lower case with single spaces, "color" as "colour": what questions are compared by. */
function plainQuestion(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .replace(/\bcolor/g, "colour")
    .replace(/\bcenter\b/g, "centre")
    .trim();
}

/** A scene's questions by every way to ask them: thousands of texts, made once for each scene that is asked about. */
const indexes = new WeakMap<Scene, ReadonlyMap<string, SceneQuestion>>();

function indexOf(scene: Scene): ReadonlyMap<string, SceneQuestion> {
  const known = indexes.get(scene);
  if (known) return known;
  const index = new Map<string, SceneQuestion>();
  for (const question of questionsAbout(scene)) {
    for (const asked of question.phrasings()) {
      const plain = plainQuestion(asked);
      if (!index.has(plain)) index.set(plain, question);
    }
  }
  indexes.set(scene, index);
  return index;
}

/** The question that a text asks about this scene, or null when the scene does not allow it or nobody can tell. */
export function findQuestion(scene: Scene, text: string): SceneQuestion | null {
  return indexOf(scene).get(plainQuestion(text)) ?? null;
}
