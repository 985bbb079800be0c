/** The words of the world's language: numbers, articles, places, lists, and how an object is named. */
import { type Colour, cellOf, type Material, type SceneObject, type Shape, type Size } from "./scene.ts";

const NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] as const;

/** 0..9 in words. @throws RangeError beyond. */
export function numberWord(count: number): string {
  const word = NUMBERS[count];
  if (word === undefined) throw new RangeError(`The world counts from 0 to 9, not to ${count}.`);
  return word;
}

/** The number that a word stands for, "no" included; null for any other word. */
export function numberOf(word: string): number | null {
  if (word === "no") return 0;
  const index = NUMBERS.indexOf(word as (typeof NUMBERS)[number]);
  return index === -1 ? null : index;
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With its article: "an orange ball", "a red ball". */
export function withArticle(words: string): string {
  return /^[aeiou]/.test(words) ? `an ${words}` : `a ${words}`;
}

/** "x", "x and y", "x, y and z". */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** Where a cell lies, in reading order of the cells. */
export const places = [
  "at the top left",
  "at the top",
  "at the top right",
  "on the left",
  "at the centre",
  "on the right",
  "at the bottom left",
  "at the bottom",
  "at the bottom right",
] as const;
export type Place = (typeof places)[number];

export function placeOf(object: SceneObject): Place {
  // A cell number is always one of the nine.
  return places[cellOf(object)] as Place;
}

export const materialNouns: Readonly<Record<Material, string>> = {
  wooden: "wood",
  metal: "metal",
  glass: "glass",
  rubber: "rubber",
};

export function pluralShape(shape: Shape): string {
  return `${shape}s`;
}

/** "a large red metal ball at the top left": everything that can be said about one object. */
export function observed(object: SceneObject): string {
  return `${withArticle(`${object.size} ${object.colour} ${object.material} ${object.shape}`)} ${placeOf(object)}`;
}

/** "the red ball": unique in every scene. */
export function named(object: SceneObject): string {
  return `the ${object.colour} ${object.shape}`;
}

/** Which objects a phrase such as "large wooden objects" means; with no attribute given, all of them. */
export interface Selection {
  readonly size?: Size;
  readonly colour?: Colour;
  readonly material?: Material;
  readonly shape?: Shape;
}

export function selects(selection: Selection, object: SceneObject): boolean {
  return (
    (selection.size === undefined || selection.size === object.size) &&
    (selection.colour === undefined || selection.colour === object.colour) &&
    (selection.material === undefined || selection.material === object.material) &&
    (selection.shape === undefined || selection.shape === object.shape)
  );
}

/** "large wooden object" or "red ball". */
export function selectionSingular(selection: Selection): string {
  const words = [selection.size, selection.colour, selection.material, selection.shape ?? "object"];
  return words.filter((word) => word !== undefined).join(" ");
}

/** "large wooden objects" or "red balls". */
export function selectionPlural(selection: Selection): string {
  return `${selectionSingular(selection)}s`;
}

/** "no red balls", "one red ball", "two red balls". */
export function counted(count: number, selection: Selection): string {
  if (count === 0) return `no ${selectionPlural(selection)}`;
  return `${numberWord(count)} ${count === 1 ? selectionSingular(selection) : selectionPlural(selection)}`;
}
