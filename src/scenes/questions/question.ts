/** What a question about a scene is, and how its reference reasoning is written down. */
import type { Scene, SceneObject } from "../scene.ts";
import { type Selection, selectionSingular, selects } from "../words.ts";

/** The paper's three question domains (µCRASP, arXiv 2605.25842), and the plain description. */
export const families = ["physical", "quantitative", "commonsense", "describe"] as const;
export type Family = (typeof families)[number];

export type Attribute = "size" | "colour" | "material" | "shape" | "place";

/** Something that has to be seen before the question can be answered. */
export interface Need {
  /** Index into the scene's objects. */
  readonly object: number;
  readonly attribute: Attribute;
}

/** One question that a scene allows, with its exact answer. Texts are made when they are asked for. */
export interface SceneQuestion {
  readonly kind: string;
  readonly family: Family;
  /** In words, as it stands after "Final Answer:". */
  readonly answer: string;
  /** Everything of the question's wording that could give the answer away; answers are balanced within it. */
  readonly visible: string;
  /** Ways to ask, the usual one first. */
  readonly phrasings: () => readonly string[];
  /** The reasoning, two to five sentences or lists without their "Step n:". */
  readonly steps: () => readonly string[];
  readonly needs: readonly Need[];
}

export interface QuestionKind {
  readonly name: string;
  readonly family: Family;
  /** The answers that samplers balance; others (a count of six) are rare and pass as they come. */
  readonly balanced: readonly string[];
  /** Every question of this kind that the scene allows. */
  readonly questions: (scene: Scene) => readonly SceneQuestion[];
}

/** `Step 1: … Step 2: … Final Answer: …` on one line, the paper's form. */
export function writeTrace(steps: readonly string[], answer: string): string {
  const numbered = steps.map((step, index) => `Step ${index + 1}: ${step}.`);
  return `${numbered.join(" ")} Final Answer: ${answer}`;
}

/** The reference trace of a question. */
export function referenceTrace(question: SceneQuestion): string {
  return writeTrace(question.steps(), question.answer);
}

export const yesOrNo = ["yes", "no"] as const;

export function answerYes(holds: boolean): "yes" | "no" {
  return holds ? "yes" : "no";
}

type Nameable = "size" | "colour" | "material" | "shape";
const NAMEABLE: readonly Nameable[] = ["size", "colour", "material", "shape"];

/** A way to speak of exactly one object of a scene without naming certain attributes. */
export interface Reference {
  readonly index: number;
  readonly object: SceneObject;
  readonly selection: Selection;
  /** "the large wooden object". */
  readonly name: string;
}

/** All references of one or two attributes that single out an object of the scene and name none of `hidden`. */
export function references(scene: Scene, hidden: readonly Nameable[]): readonly Reference[] {
  const open = NAMEABLE.filter((attribute) => !hidden.includes(attribute));
  const sets = [
    ...open.map((attribute) => [attribute]),
    ...open.flatMap((first, index) => open.slice(index + 1).map((second) => [first, second])),
  ];
  return scene.objects.flatMap((object, index) =>
    sets.flatMap((attributes) => {
      const selection: Selection = Object.fromEntries(attributes.map((attribute) => [attribute, object[attribute]]));
      const unique = scene.objects.every((other) => other === object || !selects(selection, other));
      return unique ? [{ index, object, selection, name: `the ${selectionSingular(selection)}` }] : [];
    }),
  );
}

/** The needs of an object's attributes. */
export function needs(object: number, ...attributes: readonly Attribute[]): readonly Need[] {
  return attributes.map((attribute) => ({ object, attribute }));
}

/** Ordered pairs of different objects, as indices. */
export function orderedPairs(scene: Scene): readonly (readonly [number, number])[] {
  return scene.objects.flatMap((_, first) =>
    scene.objects.flatMap((__, second) => (first === second ? [] : [[first, second] as const])),
  );
}
