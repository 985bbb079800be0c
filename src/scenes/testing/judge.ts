/** For tests: an oracle for sentences, made from the reference traces of a scene and of no reader. */

import type { Random } from "../../core/random.ts";
import { properties } from "../properties.ts";
import { questionsAbout } from "../questions/index.ts";
import { alike, pick } from "../sample-scene.ts";
import {
  cellCentre,
  cellOf,
  colours,
  inReadingOrder,
  materials,
  type Scene,
  type SceneObject,
  shapes,
  sizes,
} from "../scene.ts";
import { capitalise, materialNouns } from "../words.ts";

/** Words that can stand in for each other. */
export const exchangeable: readonly (readonly string[])[] = [
  sizes,
  colours,
  materials,
  shapes,
  shapes.map((shape) => `${shape}s`),
  materials.map((material) => materialNouns[material]),
  ["zero", "one", "two", "three", "four", "five", "six", "seven"],
  ["top", "bottom"],
  ["left", "right"],
  ["top", "middle", "bottom"],
  ["above", "below"],
  ["highest", "lowest"],
  ["more", "fewer"],
  ["more", "less"],
  ["same size", "different sizes"],
  ["same material", "different materials"],
  properties.map(({ singular }) => singular),
  properties.map(({ plural }) => plural),
  ["floats", "sinks"],
];

/** The text with one word exchanged, in every possible way, each with the place of the change. */
export function exchanges(text: string): readonly { readonly text: string; readonly at: number }[] {
  return exchangeable.flatMap((words) =>
    words.flatMap((word) =>
      [...text.matchAll(new RegExp(`\\b${word}\\b`, "g"))].flatMap(({ index }) =>
        words
          .filter((other) => other !== word)
          .map((other) => ({ text: text.slice(0, index) + other + text.slice(index + word.length), at: index })),
      ),
    ),
  );
}

/**
 * What a sentence says, in a form that does not depend on the order of its lists: without "Therefore", lists of objects
 * as one sentence for each, "The red ball and the blue ring float" as one for each.
 */
export function sayings(sentence: string): readonly string[] {
  const plain = capitalise(sentence.replace(/^Therefore /, ""));
  const counted = /^(I count [^,]*), (.*)$/.exec(plain);
  if (counted) return [`${counted[1]}, ${namesIn(counted[2]).sort().join(", ")}`];
  const observed = /^I observe (.*)$/.exec(plain);
  if (observed) return namesIn(observed[1]).map((name) => `I observe ${name}`);
  const float = properties.find(({ plural }) => plain.startsWith("The ") && plain.endsWith(` ${plural}`));
  if (float === undefined || plain.includes("does not")) return [plain];
  return namesIn(plain.slice(0, -float.plural.length - 1)).map((name) => `${capitalise(name)} ${float.singular}`);
}

function namesIn(list: string | undefined): string[] {
  return (list ?? "").split(/, | and /);
}

/** Tells of sentences whether they are true of a scene; null where its reference traces do not decide. */
export function createOracle(scene: Scene): (sentence: string) => boolean | null {
  const sentences = sentencesOf(scene);
  const said = new Set(sentences.flatMap(sayings));
  const isNone = (kind: string | undefined) => said.has(`I observe no ${kind}`);
  return (sentence) => {
    const parts = sayings(sentence);
    // Arithmetic and rules do not depend on the scene; "No other" depends on what was said before.
    if (/^\w+ (and|is|equals|minus) /.test(sentence) || isRule(sentence) || /^No other/.test(sentence)) return null;
    if (parts.every((part) => said.has(part))) return new Set(parts).size === parts.length;
    const kinds = /(?:many|more|fewer|number of) (.*) (?:as|than|and) (.*?)(?: is \w+)?$/.exec(parts[0] ?? "");
    // Comparisons are made of two different kinds of which the scene shows one at least.
    if (kinds && (kinds[1] === kinds[2] || (isNone(kinds[1]) && isNone(kinds[2])))) return null;
    // What does not happen is said of objects only that a question can speak of without naming what decides.
    const denied = /^(.*) (?:does not (.*)|sinks)$/.exec(parts[0] ?? "");
    if (denied && !said.has(`${denied[1]} ${denied[2] === "roll and break" ? "rolls and breaks" : ""}`)) return null;
    return false;
  };
}

export function sentencesOf(scene: Scene): readonly string[] {
  return [...new Set(questionsAbout(scene).flatMap((question) => question.steps()))];
}

export const rules: ReadonlySet<string> = new Set(
  properties.flatMap(({ reason }) =>
    materials.flatMap((material) =>
      shapes.map((shape) => reason({ material, shape, colour: "red", size: "small", x: 0.5, y: 0.5 })),
    ),
  ),
);

function isRule(sentence: string): boolean {
  return rules.has(sentence) || exchanges(sentence).some(({ text }) => rules.has(text));
}

/** The scene with some of its objects changed in one attribute or moved; now and then to no effect. */
export function changed(random: Random, scene: Scene): Scene {
  let objects = scene.objects;
  for (let change = 0; change < 3; change++) {
    const target = pick(random, objects);
    const others = objects.filter((object) => object !== target);
    const cell = random.integer(9);
    const changes: readonly Partial<SceneObject>[] = [
      { colour: pick(random, colours) },
      { shape: pick(random, shapes) },
      { material: pick(random, materials) },
      { size: pick(random, sizes) },
      others.some((other) => cellOf(other) === cell) ? {} : cellCentre(cell),
    ];
    const object = { ...target, ...pick(random, changes) };
    if (!others.some((other) => alike(other, object))) objects = [...others, object];
  }
  return { objects: inReadingOrder(objects) };
}
