/** Which questions the page offers about a scene, and which one it asks after an edit. */
import {
  type Family,
  families,
  findQuestion,
  questionsAbout,
  type SceneQuestion,
} from "../../../scenes/questions/index.ts";
import { cellOf, type Scene } from "../../../scenes/scene.ts";
import type { WorkbenchState } from "../../shape.ts";

export interface QuestionChoices {
  readonly family: Family;
  readonly questions: readonly string[];
}

/** Questions of one kind in the list, each with another answer. */
const CHOICES_PER_KIND = 3;

/** Some questions that the scene allows, by family: up to three of a kind, with different answers. */
export function questionChoices(scene: Scene): readonly QuestionChoices[] {
  const chosen = groupsBy(questionsAbout(scene), ({ kind }) => kind).flatMap((questions) =>
    groupsBy(questions, ({ answer }) => answer)
      .slice(0, CHOICES_PER_KIND)
      // One from the middle: the first ones of all kinds would speak of the first object.
      .flatMap((alike) => alike[alike.length >> 1] ?? []),
  );
  return families.map((family) => ({
    family,
    questions: chosen.filter((question) => question.family === family).map(usual),
  }));
}

/** The items in groups of equal keys, both in the order of their first appearance. */
function groupsBy<Item>(items: readonly Item[], key: (item: Item) => string): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

/** The usual way to ask. */
function usual(question: SceneQuestion): string {
  return question.phrasings()[0] ?? "";
}

/**
 * The question to ask about an edited scene: the same where the scene still allows it or where it never was one of the
 * world's; else the one of its kind that comes nearest, by its words and by the places of the objects it is about;
 * else the first.
 */
export function questionAfterEdit(before: Scene, after: Scene, asked: string): string {
  if (asked !== "" && findQuestion(after, asked) !== null) return asked;
  const old = findQuestion(before, asked);
  if (old === null && asked !== "") return asked;
  const questions = questionsAbout(after);
  const cells = old ? cellsOf(before, old) : new Set<number>();
  const words = wordsOf(asked);
  let best: { readonly question: string; readonly score: number } | null = null;
  for (const question of questions) {
    if (question.kind !== old?.kind) continue;
    const near = overlap(cells, cellsOf(after, question));
    for (const text of question.phrasings()) {
      const score = near + overlap(words, wordsOf(text)) - LENGTH_WEIGHT * Math.abs(lengthOf(text) - lengthOf(asked));
      // Of equals the last one: it names an object by more, "the red ring" rather than "the red object".
      if (best === null || score >= best.score) best = { question: text, score };
    }
  }
  const [first] = questions;
  return best?.question ?? (first ? usual(first) : asked);
}

function cellsOf(scene: Scene, question: SceneQuestion): Set<number> {
  return new Set(question.needs.flatMap(({ object }) => scene.objects[object] ?? []).map(cellOf));
}

/** What a word more or less counts against a question: "the ball" should not take the place of "the red ball". */
const LENGTH_WEIGHT = 0.2;

function lengthOf(text: string): number {
  return text.trim().split(/\s+/).length;
}

/** Words and pairs of neighbouring words: "the cube below the ball" is not "the ball below the cube". */
function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().split(/\W+/);
  return new Set([...words, ...words.slice(1).map((word, index) => `${words[index]} ${word}`)]);
}

/** Members in common as a share of all members, 0..1. */
function overlap<Member>(one: ReadonlySet<Member>, other: ReadonlySet<Member>): number {
  const common = [...one].filter((member) => other.has(member)).length;
  return common / Math.max(1, one.size + other.size - common);
}

/** The scene that the picture shows; null for an own picture. */
export function shownScene(state: WorkbenchState): Scene | null {
  return state.input.picture?.scene ?? null;
}

/**
 * The question at hand as one about the shown scene, with its reference answer and reasoning. Null for an own picture
 * and for a question that the world does not know. Equal inputs give the same object.
 */
export const shownQuestion: (state: WorkbenchState) => SceneQuestion | null = (() => {
  let last: { scene: Scene; asked: string; found: SceneQuestion | null } | null = null;
  return (state) => {
    const scene = shownScene(state);
    const asked = state.input.question;
    if (scene === null || asked === "") return null;
    if (last?.scene !== scene || last.asked !== asked) last = { scene, asked, found: findQuestion(scene, asked) };
    return last.found;
  };
})();
